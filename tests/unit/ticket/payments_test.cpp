// What the payment service announces, and what becomes of orders and tickets by it.
#include "common/api/payment_facts.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

constexpr uint8_t kPayment = 200;

template <class Fact>
Fact of(const OrderView& order, uint8_t payment = kPayment) {
  Fact fact;
  fact.organization_id = id_of(1);
  fact.order_id = order.id;
  fact.payment_id = id_of(payment);
  fact.amount = order.total;
  return fact;
}

// Brings a fact as the feed would: noted first, then what follows from it.
template <class Fact>
std::vector<std::string> bring(Shop& shop, const Fact& fact) {
  const auto before = shop.bench.head().seq;
  shop.bench.react(fact);
  auto names = shop.bench.names_after(before);
  REQUIRE(names.at(0) == Fact::name);
  names.erase(names.begin());
  return names;
}

using Names = std::vector<std::string>;

OrderState state_of(Shop& shop, const OrderView& order) {
  ReadOrder message;
  message.order_id = order.id;
  message.secret = order.secret;
  return shop.bench.must(message).state;
}

}  // namespace

TEST_CASE("captured money sells the held order once, however often it is told", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = shop.buy(type, 2);
  CHECK(bring(shop, of<api::payment::Captured>(order)) == Names{"ticket.sold"});
  CHECK(bring(shop, of<api::payment::Captured>(order)).empty());
  CHECK(bring(shop, of<api::payment::Captured>(order, 201)) == Names{"ticket.paid_too_late"});
  CHECK(shop.stock(type).sold == 2);
  CHECK(shop.code_of(order) != "");
  shop.bench.check_rebuild();
}

TEST_CASE("a failed payment leaves the hold as it was", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = shop.buy(type);
  shop.bench.note(of<api::payment::Failed>(order));
  CHECK(state_of(shop, order) == OrderState::held);
  CHECK(bring(shop, of<api::payment::Captured>(order, 201)) == Names{"ticket.sold"});
}

TEST_CASE("money of another amount than the order's total buys nothing, and the hold goes on",
          "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = shop.buy(type);
  auto fact = of<api::payment::Captured>(order);
  fact.amount.amount -= 1;
  CHECK(bring(shop, fact) == Names{"ticket.paid_too_late"});
  CHECK(state_of(shop, order) == OrderState::held);
}

TEST_CASE("late money finds its places again if they are free, and else goes back", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 2);
  const auto first = shop.buy(type, 2);
  shop.bench.now += kHour;
  shop.bench.run_timers();
  SECTION("free") {
    CHECK(bring(shop, of<api::payment::Captured>(first)) == Names{"ticket.sold"});
  }
  SECTION("gone") {
    shop.buy(type, 1);
    CHECK(bring(shop, of<api::payment::Captured>(first)) == Names{"ticket.paid_too_late"});
    CHECK(state_of(shop, first) == OrderState::expired);
  }
}

TEST_CASE("money given back at the provider makes the tickets void", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = shop.buy(type, 2);
  bring(shop, of<api::payment::Captured>(order));
  auto fact = of<api::payment::Refunded>(order);
  SECTION("all of it") {
    const auto code = shop.code_of(order);
    CHECK(bring(shop, fact) == Names{"ticket.refunded"});
    CHECK(state_of(shop, order) == OrderState::refunded);
    CHECK(shop.scan_reason(shop.scan(code)) == "refunded");
    CHECK(bring(shop, fact).empty());
    CHECK(shop.stock(type).free == 10);
  }
  SECTION("but not a part of it") {
    fact.amount.amount = 400;
    CHECK(bring(shop, fact) == Names{"ticket.refunded"});
    CHECK(shop.scan_reason(shop.scan(shop.code_of(order))) == "");
    RefundOrder rest;
    rest.order_id = order.id;
    CHECK(shop.bench.must(rest, &shop.manager).amount.amount == 600);
  }
  SECTION("unless it was asked for here, and is done already") {
    fact.refund_id = id_of(9);
    CHECK(bring(shop, fact).empty());
  }
  SECTION("unless it was another payment's") {
    CHECK(bring(shop, of<api::payment::Refunded>(order, 201)).empty());
  }
}

TEST_CASE("a disputed order's tickets are blocked until that is decided", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = shop.buy(type, 2);
  bring(shop, of<api::payment::Captured>(order));
  const auto used = shop.code_of(order, 0), unused = shop.code_of(order, 1);
  REQUIRE(shop.scan_reason(shop.scan(used)) == "");
  CHECK(bring(shop, of<api::payment::Disputed>(order)) == Names{"ticket.blocked"});
  CHECK(bring(shop, of<api::payment::Disputed>(order)).empty());
  CHECK(shop.scan_reason(shop.scan(unused)) == "blocked");
  RefundOrder refund;
  refund.order_id = order.id;
  CHECK(shop.bench.refusal(refund, &shop.manager) == "disputed");
  auto closed = of<api::payment::DisputeClosed>(order);
  SECTION("won: they are what they were") {
    closed.won = true;
    CHECK(bring(shop, closed) == Names{"ticket.unblocked"});
    CHECK(shop.scan_reason(shop.scan(used)) == "already_redeemed");
    CHECK(shop.scan_reason(shop.scan(unused)) == "");
  }
  SECTION("lost: they are void") {
    CHECK(bring(shop, closed) == Names{"ticket.unblocked", "ticket.refunded"});
    CHECK(shop.scan_reason(shop.scan(unused)) == "refunded");
    CHECK(shop.stock(type).free == 10);
  }
  shop.bench.check_rebuild();
}

TEST_CASE("a dispute of money that went back before blocks and refunds nothing", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto order = shop.buy(type, 2);
  bring(shop, of<api::payment::Captured>(order));
  auto disputed = of<api::payment::Disputed>(order);
  auto closed = of<api::payment::DisputeClosed>(order);
  for (auto* amount : {&disputed.amount.amount, &closed.amount.amount}) *amount = 0;
  for (auto* again : {&disputed.taken_again, &closed.taken_again}) *again = 500;
  CHECK(bring(shop, disputed).empty());
  CHECK(shop.scan_reason(shop.scan(shop.code_of(order, 0))) == "");
  CHECK(bring(shop, closed).empty());
  SECTION("nor where it went back while the dispute was open") {
    CHECK(bring(shop, of<api::payment::Disputed>(order)) == Names{"ticket.blocked"});
    CHECK(bring(shop, closed) == Names{"ticket.unblocked"});
  }
}

TEST_CASE("money for an order that is not known here is passed over", "[ticket]") {
  Shop shop;
  OrderView unknown;
  unknown.id = id_of(77);
  unknown.total = {500, "EGP"};
  CHECK(bring(shop, of<api::payment::Captured>(unknown)).empty());
  CHECK(bring(shop, of<api::payment::Refunded>(unknown)).empty());
  CHECK(bring(shop, of<api::payment::Disputed>(unknown)).empty());
  CHECK(bring(shop, of<api::payment::DisputeClosed>(unknown)).empty());
}
