// What an order's money may be fought over with.
#include "common/api/ticket_evidence.h"
#include "tests/unit/ticket/door_shop.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("an order's evidence says what was bought by whom, and when it was let in",
          "[ticket][evidence]") {
  DoorShop shop;
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  auto list = shop.list("Main entrance");
  list.gates = {"north"};
  shop.use(list);
  shop.gate = "north";
  const auto tickets = shop.bench.must(ListOrderTickets{order.id, order.secret}).items;
  shop.bench.now += kHour;
  CHECK(shop.go(*tickets[0].code).empty());
  const auto evidence = shop.bench.must(OrderEvidence{order.id});
  CHECK(evidence.code == order.code);
  CHECK(evidence.event_title == "Nile Jazz Night");
  CHECK(evidence.venue == "Opera House");
  CHECK(evidence.starts_at == shop.terms.starts_at);
  CHECK(evidence.buyer_email == "nadia@example.org");
  CHECK(evidence.buyer_name == "Nadia Fathy");
  REQUIRE(evidence.tickets.size() == 2);
  CHECK(evidence.tickets[0].type == "Stalls");
  REQUIRE(evidence.tickets[0].admissions.size() == 1);
  CHECK(evidence.tickets[0].admissions[0].list == "Main entrance");
  CHECK(evidence.tickets[0].admissions[0].gate == "north");
  CHECK(evidence.tickets[0].admissions[0].first_at.ms == shop.bench.now);
  CHECK(evidence.tickets[1].admissions.empty());
  CHECK(evidence.resends_asked_at.empty());
  shop.bench.must(ResendOrder{order.id, order.secret});
  const auto asked = shop.bench.must(OrderEvidence{order.id}).resends_asked_at;
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].ms == shop.bench.now);
  CHECK(shop.bench.refusal(OrderEvidence{id_of(9)}) == "unknown_order");
}
