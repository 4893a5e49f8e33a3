// Refunds of whole events: every order once, a few at a time, whatever comes between.
#include <map>
#include <random>

#include "common/api/payment_money_facts.h"
#include "daemons/ticket/refund_rows.h"
#include "tests/unit/ticket/run_shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

OrderView paid_by(Shop& shop, const Id& type_id, int64_t quantity, int buyer) {
  auto basket = shop.basket({{type_id, quantity}});
  basket.buyer.email = "buyer" + std::to_string(buyer) + "@example.org";
  auto order = shop.bench.must(basket);
  if (order.state == OrderState::paid) return order;
  auto paid = shop.bench.must(ConfirmOrder{order.id, id_of(200)});
  paid.secret = order.secret;
  return paid;
}

RefundEvent refund_of(const Shop& shop) {
  RefundEvent message;
  message.event_id = shop.event_id;
  return message;
}

EventRefundView newest(Shop& shop) {
  const auto list = shop.bench.must(ListEventRefunds{shop.event_id}, &shop.manager);
  REQUIRE(!list.items.empty());
  return list.items[0];
}

// Steps until it is done; answers how many it took.
int finish(Shop& shop) {
  for (int steps = 1;; ++steps) {
    shop.bench.now += 100;
    shop.bench.run_timers();
    if (newest(shop).state == EventRefundState::done) return steps;
    REQUIRE(steps < 1000);
  }
}

OrderState state_of(Shop& shop, const OrderView& order) {
  ReadOrder message;
  message.order_id = order.id;
  message.secret = order.secret;
  return shop.bench.must(message).state;
}

// How often each order was given back for that its event was cancelled, and with how much in all.
struct Given {
  std::map<Id, int> times;
  int64_t amount = 0;
};
Given given_back(const Shop& shop) {
  Given given;
  for (const auto& fact : shop.bench.journal()) {
    if (fact.name != Refunded::name) continue;
    const auto refunded = *decode<Refunded>(fact.body);
    if (refunded.reason != RefundReason::event_cancelled) continue;
    ++given.times[refunded.order_id];
    given.amount += refunded.amount.amount;
  }
  return given;
}

api::payment::Disputed dispute_of(const OrderView& order) {
  api::payment::Disputed fact;
  fact.organization_id = id_of(1);
  fact.order_id = order.id;
  fact.payment_id = id_of(200);
  fact.amount = order.total;
  return fact;
}

}  // namespace

TEST_CASE("all orders of a cancelled event are given back, some at a time", "[ticket]") {
  Shop shop;
  const auto seat = shop.add_type(500, 100), gift = shop.add_type(0, 100);
  std::vector<OrderView> orders;
  for (int i = 0; i < 45; ++i) orders.push_back(paid_by(shop, i % 9 ? seat : gift, 2, i));
  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  auto begun = shop.bench.must(refund_of(shop), &shop.manager);
  CHECK(begun.state == EventRefundState::running);
  CHECK(begun.orders_left == 45);
  shop.bench.run_timers();
  CHECK(newest(shop).sums.orders == 20);
  CHECK(newest(shop).orders_left == 25);
  CHECK(shop.bench.must(refund_of(shop), &shop.manager).id == begun.id);
  CHECK(finish(shop) == 2);
  const auto done = newest(shop);
  CHECK(done.sums.orders == 45);
  CHECK(done.sums.tickets == 90);
  CHECK(done.sums.amount == 40 * 2 * 500);
  CHECK(done.currency == "EGP");
  CHECK(done.orders_left == 0);
  CHECK(done.ended_at);
  CHECK(shop.stock(seat).free == 100);
  CHECK(shop.stock(gift).free == 100);
  for (const auto& order : orders) CHECK(state_of(shop, order) == OrderState::refunded);
  CHECK(shop.bench.names_after(0).back() == "ticket.event_refund_ended");
  CHECK(shop.bench.run_timers() == 0);
  shop.bench.check_rebuild();
}

TEST_CASE("a refund of an event is the manager's, and of what is cancelled", "[ticket]") {
  RunShop shop;
  auto message = refund_of(shop);
  CHECK(shop.bench.refusal(message, &shop.manager) == "not_cancelled");
  CHECK(shop.bench.refusal(message, &shop.viewer) == "role_missing");
  CHECK(shop.bench.refusal(message, &shop.stranger) == "role_missing");
  CHECK(shop.bench.refusal(message) == "no_token");
  message.date_id = shop.first;
  CHECK(shop.bench.refusal(message, &shop.manager) == "not_cancelled");
  message.date_id = id_of(9);
  CHECK(shop.bench.refusal(message, &shop.manager) == "unknown_date");
  message.event_id = id_of(9);
  CHECK(shop.bench.refusal(message, &shop.manager) == "unknown_event");
  CHECK(shop.bench.refusal(ListEventRefunds{shop.event_id}, &shop.viewer) == "role_missing");
}

TEST_CASE("one refund of an event runs at a time; another may follow it", "[ticket]") {
  Shop shop;
  paid_by(shop, shop.add_type(500, 100), 1, 1);
  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  const auto first = shop.bench.must(refund_of(shop), &shop.manager);
  auto other = refund_of(shop);
  other.fees = RefundFees::kept;
  CHECK(shop.bench.refusal(other, &shop.manager) == "refund_running");
  finish(shop);
  const auto second = shop.bench.must(other, &shop.manager);
  CHECK(second.id != first.id);
  finish(shop);
  CHECK(newest(shop).id == second.id);
  CHECK(newest(shop).sums.already_refunded == 1);
  CHECK(given_back(shop).times.size() == 1);
}

TEST_CASE("what a buyer could not give back, the refund of the event does", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(1000, 20);
  offer.refundable = false;
  offer.fee_amount = 50;
  const auto type = shop.bench.must(offer, &shop.manager).id;
  const auto order = paid_by(shop, type, 2, 1);
  shop.bench.must(RefundOrder{.order_id = order.id, .amount = 300}, &shop.manager);
  shop.scan_reason(shop.scan(shop.code_of(order)));  // A used ticket as well.
  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  shop.bench.now = shop.terms.ends_at.ms + kHour;
  auto message = refund_of(shop);
  message.fees = GENERATE(RefundFees::returned, RefundFees::kept);
  shop.bench.must(message, &shop.manager);
  finish(shop);
  const bool is_kept = message.fees == RefundFees::kept;
  CHECK(newest(shop).sums.amount == (is_kept ? 1700 : 1800));
  CHECK(newest(shop).sums.kept == (is_kept ? 100 : 0));
  CHECK(state_of(shop, order) == OrderState::refunded);
}

TEST_CASE("disputed orders are passed over and named, holds end, the rest goes back", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 100);
  const auto disputed = paid_by(shop, type, 1, 1), gone = paid_by(shop, type, 1, 2);
  paid_by(shop, type, 1, 3);
  const auto held = shop.buy(type, 4);
  shop.bench.react(dispute_of(disputed));
  shop.bench.must(RefundOrder{.order_id = gone.id}, &shop.manager);
  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  shop.bench.must(refund_of(shop), &shop.manager);
  finish(shop);
  const auto done = newest(shop);
  CHECK(done.sums.orders == 1);
  CHECK(done.sums.disputed == 1);
  CHECK(done.disputed_orders == std::vector<Id>{disputed.id});
  CHECK(done.sums.already_refunded == 1);
  CHECK(done.sums.holds == 1);
  CHECK(state_of(shop, held) == OrderState::cancelled);
  CHECK(state_of(shop, disputed) == OrderState::paid);
  CHECK(shop.stock(type).held == 0);

  // What a payment brings for the ended hold goes back at once.
  auto late = api::payment::Captured{};
  late.organization_id = shop.organization;
  late.order_id = held.id;
  late.payment_id = id_of(201);
  late.amount = held.total;
  shop.bench.react(late);
  CHECK(shop.bench.names_after(0).back() == "ticket.paid_too_late");
  shop.bench.check_rebuild();
}

TEST_CASE("of a cancelled date only its own tickets go back", "[ticket]") {
  RunShop shop;
  const auto seat = shop.type_for(shop.first, 500), other = shop.type_for(shop.second, 700);
  auto both = shop.basket({{seat, 1}, {other, 1}});
  both.buyer.email = "both@example.org";
  auto mixed = shop.bench.must(both);
  mixed.secret = *shop.bench.must(both).secret;  // A second order of the same stays held.
  shop.bench.must(ConfirmOrder{mixed.id, id_of(200)});
  const auto alone = paid_by(shop, seat, 2, 1), elsewhere = paid_by(shop, other, 1, 2);
  const auto season = paid_by(shop, shop.of_all, 1, 3);
  const auto held = shop.buy(seat, 1);
  shop.cancel(shop.first);
  auto message = refund_of(shop);
  CHECK(shop.bench.refusal(message, &shop.manager) == "not_cancelled");
  message.date_id = shop.first;
  shop.bench.must(message, &shop.manager);
  finish(shop);
  const auto done = newest(shop);
  CHECK(done.date_id == shop.first);
  CHECK(done.sums.orders == 2);
  CHECK(done.sums.tickets == 3);
  CHECK(done.sums.amount == 1500);
  CHECK(done.sums.holds == 1);
  CHECK(state_of(shop, alone) == OrderState::refunded);
  CHECK(state_of(shop, elsewhere) == OrderState::paid);
  CHECK(state_of(shop, season) == OrderState::paid);
  CHECK(state_of(shop, held) == OrderState::cancelled);
  CHECK(shop.stock(seat).sold == 0);
  CHECK(shop.stock(other).sold == 2);
  CHECK(shop.stock(other).held == 1);
  shop.bench.must(message, &shop.manager);
  finish(shop);
  CHECK(newest(shop).sums.orders == 0);
  CHECK(newest(shop).sums.already_refunded == 2);
  shop.bench.check_rebuild();
}

TEST_CASE("whatever happens between its steps, each order goes back once and whole", "[ticket]") {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    std::mt19937 dice(seed);
    Shop shop;
    const auto type = shop.add_type(500, 1000);
    std::vector<OrderView> orders;
    for (int i = 0; i < 70; ++i) orders.push_back(paid_by(shop, type, 1 + int(dice() % 3), i));
    shop.tell<api::event::Cancelled>(api::event::State::cancelled);
    shop.bench.must(refund_of(shop), &shop.manager);
    int64_t by_hand = 0;
    for (int step = 0; newest(shop).state == EventRefundState::running; ++step) {
      REQUIRE(step < 100);
      const auto& order = orders[dice() % orders.size()];
      const RefundOrder some{.order_id = order.id, .ticket_ids = {{order.ticket_ids[0]}}};
      if (const auto refund = shop.bench.send(some, &shop.manager))
        by_hand += refund->amount.amount;
      shop.bench.must(refund_of(shop), &shop.manager);
      shop.bench.now += dice() % 2 ? 100 : 0;
      shop.bench.run_timers();
    }
    const auto given = given_back(shop);
    int64_t total = 0;
    for (const auto& order : orders) {
      total += order.total.amount;
      CHECK(state_of(shop, order) == OrderState::refunded);
      if (given.times.contains(order.id)) CHECK(given.times.at(order.id) == 1);
    }
    CHECK(given.amount + by_hand == total);
    CHECK(newest(shop).sums.amount == given.amount);
    CHECK(shop.stock(type).free == 1000);
    shop.bench.check_rebuild();
  }
}
