// Mails that are wanted again: for whom, how often, and what a stranger learns from it.
#include "common/api/ticket_resend.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("an order is mailed again to its buyer, five times an hour", "[ticket][resend]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  ResendOrder resend{order.id, {}};
  CHECK(shop.bench.refusal(resend) == "unknown_order");
  CHECK(shop.bench.refusal(resend, &shop.viewer) == "unknown_order");
  shop.bench.must(resend, &shop.manager);
  resend.secret = order.secret;
  const auto before = shop.bench.head().seq;
  for (int i = 0; i < 4; ++i) shop.bench.must(resend);
  CHECK(shop.bench.names_after(before) == std::vector<std::string>(4, "ticket.resend_wanted"));
  const auto sixth = shop.bench.send(resend);
  REQUIRE_FALSE(sixth);
  CHECK(sixth.error().reason == "too_many_resends");
  CHECK(sixth.error().retry_after_ms == kHour);
  shop.bench.now += kHour;
  shop.bench.must(resend);
  const auto mail = shop.bench.must(OrderMail{order.id});
  CHECK(mail.email == "nadia@example.org");
  CHECK(mail.secret == order.secret);
  shop.bench.check_rebuild();
}

TEST_CASE("an order that is over is not mailed again", "[ticket][resend]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(100, 10));
  shop.bench.now = order.expires_at->ms;
  CHECK(shop.bench.refusal(ResendOrder{order.id, order.secret}) == "order_over");
}

TEST_CASE("a look-up answers the same whether the address is known", "[ticket][resend]") {
  Shop shop;
  const auto type_id = shop.add_type(0, 30);
  const auto first = shop.buy(type_id), second = shop.buy(type_id);
  LookUpOrders known{shop.event_id, "NADIA@example.org"};
  LookUpOrders unknown{shop.event_id, "nobody@example.org"};
  const auto before = shop.bench.head().seq;
  CHECK(encode(shop.bench.must(known)) == encode(shop.bench.must(unknown)));
  CHECK(shop.bench.names_after(before) == std::vector<std::string>{"ticket.look_up_wanted"});
  const auto wanted = decode<LookUpWanted>(shop.bench.journal().back().body);
  CHECK(wanted->order_ids == std::vector{first.id, second.id});
  for (int i = 0; i < 8; ++i) shop.bench.must(known);
  CHECK(shop.bench.names_after(before).size() == 5);
  known.event_id = id_of(99);
  CHECK(shop.bench.refusal(known) == "unknown_event");
  CHECK(shop.bench.everything_written().find("nadia") == std::string::npos);
  shop.bench.check_rebuild();
}
