// Exchanges: a ticket of another type, at once or once the difference is paid.
#include "common/api/ticket_transfers.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Exchanges : Shop {
  Exchanges() {
    cheap = add_type(500, 5);
    dear = add_type(800, 5);
    const auto order_of_two = buy(cheap, 2);
    order = bench.must(ConfirmOrder{order_of_two.id, id_of(200)});
    order.secret = order_of_two.secret;
  }

  ExchangeTicket to(const Id& type_id, size_t ticket = 0) const {
    ExchangeTicket message;
    message.ticket_id = order.ticket_ids[ticket];
    message.ticket_type_id = type_id;
    message.secret = order.secret;
    return message;
  }
  void check_sold(int64_t of_cheap, int64_t of_dear) const {
    CHECK(stock(cheap).sold == of_cheap);
    CHECK(stock(dear).sold == of_dear);
  }

  Id cheap, dear;
  OrderView order;
};

}  // namespace

TEST_CASE("a ticket becomes one of a cheaper type at once, and its old code is dead", "[ticket]") {
  Exchanges shop;
  const auto half = shop.add_type(300, 5);
  const auto old_code = shop.code_of(shop.order);
  const auto view = shop.bench.must(shop.to(half));
  CHECK(view.state == ExchangeState::done);
  CHECK(view.refunded == Money{200, "EGP"});
  CHECK_FALSE(view.order);
  shop.check_sold(1, 0);
  CHECK(shop.stock(half).sold == 1);
  CHECK(shop.scan_reason(shop.scan(old_code)) == "revoked");
  CHECK(shop.scan_reason(shop.scan(shop.code_of(shop.order))) == "");
  RefundOrder rest;
  rest.order_id = shop.order.id;
  CHECK(shop.bench.must(rest, &shop.manager).amount.amount == 800);
  CHECK(shop.stock(half).sold == 0);
  shop.bench.check_rebuild();
}

TEST_CASE("a dearer type is held until the difference is paid, which swaps the ticket",
          "[ticket]") {
  Exchanges shop;
  const auto old_code = shop.code_of(shop.order);
  const auto view = shop.bench.must(shop.to(shop.dear));
  CHECK(view.state == ExchangeState::held);
  REQUIRE(view.order);
  CHECK(view.order->total == Money{300, "EGP"});
  CHECK(shop.stock(shop.dear).held == 1);
  shop.check_sold(2, 0);
  SECTION("paid") {
    shop.bench.must(ConfirmOrder{view.order->id, id_of(201)});
    shop.check_sold(1, 1);
    CHECK(shop.stock(shop.dear).held == 0);
    CHECK(shop.scan_reason(shop.scan(old_code)) == "revoked");
    CHECK(shop.scan_reason(shop.scan(shop.code_of(shop.order))) == "");
    CHECK(shop.bench.run_timers() == 0);
    RefundOrder whole;
    whole.order_id = view.order->id;
    CHECK(shop.bench.refusal(whole, &shop.manager) == "exchange_order");
    whole.order_id = shop.order.id;
    CHECK(shop.bench.must(whole, &shop.manager).amount.amount == 1300);
    shop.check_sold(0, 0);
  }
  SECTION("expired: all is as it was") {
    shop.bench.now += kHour / 2;
    CHECK(shop.bench.run_timers() == 1);
    shop.check_sold(2, 0);
    CHECK(shop.stock(shop.dear).free == 5);
    CHECK(shop.scan_reason(shop.scan(old_code)) == "");
    const auto before = shop.bench.head().seq;
    shop.bench.must(ConfirmOrder{view.order->id, id_of(201)});
    CHECK(shop.bench.names_after(before) == std::vector<std::string>{"ticket.paid_too_late"});
  }
  SECTION("paid when the ticket was used meanwhile: the money goes back") {
    REQUIRE(shop.scan_reason(shop.scan(old_code)) == "");
    const auto before = shop.bench.head().seq;
    shop.bench.must(ConfirmOrder{view.order->id, id_of(201)});
    CHECK(shop.bench.names_after(before) == std::vector<std::string>{"ticket.paid_too_late"});
    shop.check_sold(2, 0);
  }
  SECTION("it is no order that can be changed") {
    ChangeOrder change;
    change.order_id = view.order->id;
    change.secret = view.order->secret;
    change.items = {{shop.cheap, 1}};
    CHECK(shop.bench.refusal(change) == "exchange_order");
  }
  shop.bench.check_rebuild();
}

TEST_CASE("the place given back counts for the new ticket in a quota that both draw from",
          "[ticket]") {
  Exchanges shop;
  const auto half = shop.add_type(300, 5);
  AddQuota quota;
  quota.event_id = shop.event_id;
  quota.title = "House";
  quota.quantity = 2;
  quota.ticket_type_ids = {shop.cheap, shop.dear, half};
  shop.bench.must(quota, &shop.manager);
  CHECK(shop.bench.must(shop.to(half)).state == ExchangeState::done);
  // The dearer one needs a place beside, until it is paid.
  CHECK(shop.bench.refusal(shop.to(shop.dear, 1)) == "sold_out");
}

TEST_CASE("who gave a ticket away neither exchanges it nor gives it back", "[ticket]") {
  Exchanges shop;
  OfferTransfer offer;
  offer.ticket_id = shop.order.ticket_ids[0];
  offer.email = "omar@example.org";
  offer.secret = shop.order.secret;
  AcceptTransfer accept;
  accept.transfer_id = shop.bench.must(offer).id;
  accept.code = shop.bench.must(TransferMail{accept.transfer_id}).code;
  accept.holder_name = "Omar Said";
  shop.bench.must(accept);
  CHECK(shop.bench.refusal(shop.to(shop.dear)) == "ticket_transferred");
  RefundOrder refund;
  refund.order_id = shop.order.id;
  refund.secret = shop.order.secret;
  CHECK(shop.bench.refusal(refund) == "ticket_transferred");
  CHECK(shop.bench.must(refund, &shop.manager).amount.amount == 1000);
}

TEST_CASE("an exchange is refused for the first fault in the order of the contract", "[ticket]") {
  Exchanges shop;
  auto message = shop.to(shop.dear);
  message.secret.reset();
  CHECK(shop.bench.refusal(message) == "unknown_ticket");
  CHECK(shop.bench.refusal(message, &shop.viewer) == "role_missing");
  CHECK(shop.bench.refusal(shop.to(shop.cheap)) == "same_type");
  CHECK(shop.bench.refusal(shop.to(id_of(9))) == "unknown_ticket_type");
  REQUIRE(shop.scan_reason(shop.scan(shop.code_of(shop.order))) == "");
  CHECK(shop.bench.refusal(shop.to(shop.dear)) == "ticket_used");
  shop.bench.now = shop.terms.starts_at.ms;
  CHECK(shop.bench.refusal(shop.to(shop.dear, 1)) == "exchange_closed");
  CHECK(shop.bench.refusal(shop.to(shop.dear, 1), &shop.manager) == "");
}
