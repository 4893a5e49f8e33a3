// Refunds: what is given back, to whom, and what becomes of tickets and places.
#include "daemons/ticket/refund_rows.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

OrderView paid_order(Shop& shop, const Order& message) {
  const auto order = shop.bench.must(message);
  if (order.state == OrderState::paid) return order;
  auto paid = shop.bench.must(ConfirmOrder{order.id, id_of(200)});
  paid.secret = order.secret;
  return paid;
}

RefundOrder refund_of(const OrderView& order) {
  RefundOrder message;
  message.order_id = order.id;
  return message;
}
RefundOrder refund_of(const OrderView& order, std::vector<Id> ticket_ids) {
  auto message = refund_of(order);
  message.ticket_ids = std::move(ticket_ids);
  return message;
}
RefundOrder by_buyer(const OrderView& order) {
  auto message = refund_of(order);
  message.secret = order.secret;
  return message;
}

Id type_with_group_rate(Shop& shop, int64_t from, int64_t rate) {
  auto offer = shop.offer(1000, 20);
  offer.group_rates = {{from, rate}};
  return shop.bench.must(offer, &shop.manager).id;
}

}  // namespace

TEST_CASE("a whole order is given back with its money, its places and its code's uses once",
          "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  AddPromo few;
  few.event_id = shop.event_id;
  few.code = "FEW";
  few.rate = 1000;
  const auto promo = shop.bench.must(few, &shop.manager).id;
  auto basket = shop.basket({{type, 3}});
  basket.promo_code = "FEW";
  const auto order = paid_order(shop, basket);
  REQUIRE(order.total.amount == 1350);
  const auto refund = shop.bench.must(refund_of(order), &shop.manager);
  CHECK(refund.amount == Money{1350, "EGP"});
  CHECK(refund.ticket_ids == order.ticket_ids);
  CHECK(refund.order_state == OrderState::refunded);
  CHECK(refund.refundable.amount == 0);
  CHECK(shop.stock(type).free == 10);
  CHECK(shop.stock(type).sold == 0);
  CHECK(shop.bench.must(ReadPromo{.promo_id = promo}, &shop.viewer).tickets == 0);
  CHECK(shop.bench.refusal(refund_of(order), &shop.manager) == "already_refunded");
  CHECK(shop.stock(type).free == 10);
  shop.bench.check_rebuild();
}

TEST_CASE("the door refuses a refunded ticket and lets the others of its order in", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = paid_order(shop, shop.basket({{type, 2}}));
  const auto gone = shop.code_of(order, 0), kept = shop.code_of(order, 1);
  const auto refund = shop.bench.must(refund_of(order, {order.ticket_ids[0]}), &shop.manager);
  CHECK(refund.order_state == OrderState::partially_refunded);
  CHECK(shop.scan_reason(shop.scan(gone)) == "refunded");
  CHECK(shop.scan_reason(shop.scan(kept)) == "");
}

TEST_CASE("tickets that stay lose the group rate they no longer reach", "[ticket]") {
  Shop shop;
  const auto type = type_with_group_rate(shop, 5, 2000);
  const auto order = paid_order(shop, shop.basket({{type, 5}}));
  REQUIRE(order.total.amount == 4000);
  const auto& ids = order.ticket_ids;
  // Four at their full price cost what five did.
  CHECK(shop.bench.must(refund_of(order, {ids[0]}), &shop.manager).amount.amount == 0);
  CHECK(shop.bench.must(refund_of(order, {ids[1]}), &shop.manager).amount.amount == 1000);
  const auto rest = shop.bench.must(refund_of(order), &shop.manager);
  CHECK(rest.amount.amount == 3000);
  CHECK(rest.order_state == OrderState::refunded);
}

TEST_CASE("an order is priced on its own terms though its type has others now", "[ticket]") {
  Shop shop;
  const auto type = type_with_group_rate(shop, 5, 2000);
  const auto order = paid_order(shop, shop.basket({{type, 4}}));
  REQUIRE(order.total.amount == 4000);
  ChangeType change;
  change.ticket_type_id = type;
  change.price = Money{5000, "EGP"};
  shop.bench.must(change, &shop.manager);
  const auto& ids = order.ticket_ids;
  SECTION("of another price") {
    CHECK(shop.bench.must(refund_of(order, {ids[0]}), &shop.manager).amount.amount == 1000);
  }
  SECTION("of another group rate, which the order's amounts do not bear out") {
    change.group_rates = std::vector<GroupRate>{{2, 5000}};
    shop.bench.must(change, &shop.manager);
    CHECK(shop.bench.must(refund_of(order, {ids[0]}), &shop.manager).amount.amount == 1000);
  }
}

TEST_CASE("an amount is given back without tickets, up to what is left of the money", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = paid_order(shop, shop.basket({{type, 2}}));
  auto part = refund_of(order);
  part.amount = 300;
  const auto refund = shop.bench.must(part, &shop.manager);
  CHECK(refund.ticket_ids.empty());
  CHECK(refund.order_state == OrderState::partially_refunded);
  CHECK(refund.refundable.amount == 700);
  CHECK(shop.stock(type).sold == 2);
  part.amount = 701;
  CHECK(shop.bench.refusal(part, &shop.manager) == "amount_too_large");
  // One ticket is left, which cost 500; 300 of the 1000 are back already.
  CHECK(shop.bench.must(refund_of(order, {order.ticket_ids[0]}), &shop.manager).amount.amount ==
        200);
  CHECK(shop.bench.must(refund_of(order), &shop.manager).amount.amount == 500);
  ListRefunds list;
  list.order_id = order.id;
  list.secret = order.secret;
  CHECK(shop.bench.must(list).items.size() == 3);
  shop.bench.check_rebuild();
}

TEST_CASE("fees of tickets that go are kept at the organiser's wish", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(1000, 10);
  offer.fee_amount = 50;
  const auto type = shop.bench.must(offer, &shop.manager).id;
  const auto order = paid_order(shop, shop.basket({{type, 2}}));
  REQUIRE(order.total.amount == 2100);
  auto one = refund_of(order, {order.ticket_ids[0]});
  one.fees = RefundFees::kept;
  CHECK(shop.bench.must(one, &shop.manager).amount.amount == 1000);
  CHECK(shop.bench.must(refund_of(order), &shop.manager).amount.amount == 1050);
}

TEST_CASE("places of a refund that is not restocked stay taken", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = paid_order(shop, shop.basket({{type, 2}}));
  auto message = refund_of(order);
  message.restock = false;
  shop.bench.must(message, &shop.manager);
  CHECK(shop.stock(type).sold == 2);
  CHECK(shop.stock(type).free == 8);
}

TEST_CASE("a buyer may give back unused tickets of refundable types before the event", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = paid_order(shop, shop.basket({{type, 2}}));
  auto message = by_buyer(order);
  CHECK(shop.bench.refusal(refund_of(order)) == "unknown_order");
  CHECK(shop.bench.refusal(refund_of(order), &shop.viewer) == "role_missing");
  SECTION("and gets the money back") {
    CHECK(shop.bench.must(message).amount.amount == 1000);
  }
  SECTION("but not money alone") {
    message.amount = 10;
    CHECK(shop.bench.refusal(message) == "role_missing");
  }
  SECTION("but not once the event has begun, when the organiser still may") {
    shop.bench.now = shop.terms.starts_at.ms;
    CHECK(shop.bench.refusal(message) == "refund_closed");
    CHECK(shop.bench.must(refund_of(order), &shop.manager).amount.amount == 1000);
  }
  SECTION("but not a ticket that was used") {
    REQUIRE(shop.scan_reason(shop.scan(shop.code_of(order))) == "");
    CHECK(shop.bench.refusal(message) == "ticket_used");
    message.ticket_ids = {order.ticket_ids[1]};
    CHECK(shop.bench.must(message).amount.amount == 500);
  }
  SECTION("but not of a type that is not refundable, unless its event is cancelled") {
    ChangeType change;
    change.ticket_type_id = type;
    change.refundable = false;
    shop.bench.must(change, &shop.manager);
    CHECK(shop.bench.refusal(message) == "not_refundable");
    shop.tell<api::event::Cancelled>(api::event::State::cancelled);
    CHECK(shop.bench.must(message).amount.amount == 1000);
  }
}

TEST_CASE("a refund is refused for the first fault in the order of the contract", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto held = shop.buy(type);
  CHECK(shop.bench.refusal(refund_of(held), &shop.manager) == "not_paid");
  const auto order = paid_order(shop, shop.basket({{type, 2}}));
  const auto& ids = order.ticket_ids;
  CHECK(shop.bench.refusal(refund_of(order, {ids[0], ids[0]}), &shop.manager) == "invalid");
  auto both = refund_of(order, {ids[0]});
  both.amount = 1;
  CHECK(shop.bench.refusal(both, &shop.manager) == "invalid");
  CHECK(shop.bench.refusal(refund_of(order, {id_of(7)}), &shop.manager) == "unknown_ticket");
  shop.bench.must(refund_of(order, {ids[0]}), &shop.manager);
  CHECK(shop.bench.refusal(refund_of(order, {ids[0]}), &shop.manager) == "already_refunded");
  CHECK(shop.bench.refusal(refund_of(order), &shop.stranger) == "unknown_order");
}

TEST_CASE("a buyer gives up tickets of a free order for nothing", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(0, 10);
  const auto order = shop.buy(type, 3);
  auto message = by_buyer(order);
  message.ticket_ids = {order.ticket_ids[1]};
  CHECK(shop.bench.must(message).amount.amount == 0);
  CHECK(shop.stock(type).sold == 2);
  CHECK(shop.bench.must(by_buyer(order)).order_state == OrderState::refunded);
  CHECK(shop.stock(type).sold == 0);
}

TEST_CASE("refunded tickets count no more against a buyer's limit", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(0, 10);
  offer.max_per_buyer = 2;
  const auto type = shop.bench.must(offer, &shop.manager).id;
  const auto order = shop.buy(type, 2);
  CHECK(shop.reason(shop.basket({{type, 1}})) == "over_limit");
  shop.bench.must(refund_of(order, {order.ticket_ids[0]}), &shop.manager);
  CHECK(shop.reason(shop.basket({{type, 1}})) == "");
}

namespace {

// An order of random types, tiers, groups, fees, taxes and codes.
OrderView random_order(Shop& shop, SeededRandom& random) {
  std::vector<OrderItem> items;
  for (int i = 0; i < 3; ++i) {
    auto offer = shop.offer(static_cast<int64_t>(random.below(5000)), 50);
    offer.tax_rate = static_cast<int64_t>(random.below(3000));
    offer.tax_included = random.below(2) == 0;
    offer.fee_amount = static_cast<int64_t>(random.below(100));
    offer.fee_rate = static_cast<int64_t>(random.below(1000));
    offer.group_rates = {{2, 1 + static_cast<int64_t>(random.below(4000))}};
    offer.tiers = {{"Early", {static_cast<int64_t>(random.below(3000)), "EGP"}, {}, 2}};
    items.push_back(
        {shop.bench.must(offer, &shop.manager).id, 1 + static_cast<int64_t>(random.below(5))});
  }
  AddPromo promo;
  promo.event_id = shop.event_id;
  promo.code = "CODE";
  promo.kind = PromoKind::amount;
  promo.amount = 1 + static_cast<int64_t>(random.below(2000));
  shop.bench.must(promo, &shop.manager);
  shop.terms.order_max = 100;
  shop.tell<api::event::Changed>(api::event::State::published);
  auto basket = shop.basket(items);
  if (random.below(2) == 0) basket.promo_code = "CODE";
  return paid_order(shop, basket);
}

}  // namespace

TEST_CASE("any run of partial refunds gives back no more than was paid, and in the end all of it",
          "[ticket]") {
  const auto seed = GENERATE(range(1, 61));
  INFO("seed " << seed);
  Shop shop;
  SeededRandom random(static_cast<uint64_t>(seed));
  const auto order = random_order(shop, random);
  int64_t refunded = 0;
  auto left = order.ticket_ids;
  while (!left.empty()) {
    auto message = refund_of(order);
    if (random.below(4) == 0) {
      message.amount = 1 + static_cast<int64_t>(random.below(500));
    } else {
      std::vector<Id> ids;
      for (uint64_t i = 0; i <= random.below(3) && !left.empty(); ++i) {
        const auto at = static_cast<int64_t>(random.below(left.size()));
        ids.push_back(left[static_cast<size_t>(at)]);
        left.erase(left.begin() + at);
      }
      message.ticket_ids = ids;
    }
    const auto refund = shop.bench.send(message, &shop.manager);
    if (!refund) {
      CHECK(refund.error().reason == "amount_too_large");
      continue;
    }
    CHECK(refund->amount.amount >= 0);
    refunded += refund->amount.amount;
    CHECK(refunded + refund->refundable.amount == order.total.amount);
  }
  CHECK(refunded == order.total.amount);
  for (const auto& item : order.items) CHECK(shop.stock(item.ticket_type_id).sold == 0);
  shop.bench.check_rebuild();
}
