// Ticket types: who may make and change them, and what a change leaves alone.
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("a new ticket type has all of its quantity available", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(1250, 40);
  offer.min_per_order = 2;
  offer.sales_ends_at = Instant{shop.bench.now + kHour};
  const auto made = shop.bench.must(offer, &shop.manager);
  CHECK(made.available == 40);
  const auto listed = shop.bench.must(ListTypes{shop.event_id});
  REQUIRE(listed.items.size() == 1);
  CHECK(encode(listed.items[0]) == encode(made));
  CHECK(encode(shop.bench.must(ReadType{made.id})) == encode(made));
  CHECK(shop.bench.names_after(0).back() == "ticket.type_added");
}

TEST_CASE("an addition is refused for the first fault in the order of the contract", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(1250, 40);
  offer.price.currency = "EUR";
  offer.min_per_order = 11;
  offer.event_id = id_of(99);
  CHECK(shop.bench.refusal(offer, &shop.manager) == "unknown_event");
  offer.event_id = shop.event_id;
  CHECK(shop.bench.refusal(offer, &shop.stranger) == "role_missing");
  CHECK(shop.bench.refusal(offer, &shop.viewer) == "role_missing");
  CHECK(shop.bench.refusal(offer, &shop.manager) == "invalid");
  offer.min_per_order = 1;
  offer.sales_starts_at = offer.sales_ends_at = Instant{shop.bench.now};
  CHECK(shop.bench.refusal(offer, &shop.manager) == "invalid");
  offer.sales_ends_at.reset();
  CHECK(shop.bench.refusal(offer, &shop.manager) == "wrong_currency");
  offer.price.currency = "EGP";
  for (int i = 0; i < 500; ++i) shop.add_type(0, 1);
  CHECK(shop.bench.refusal(offer, &shop.manager) == "too_many_types");
}

TEST_CASE("a draft's ticket types exist for its members alone", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(0, 5);
  shop.tell<api::event::Unpublished>(api::event::State::draft);
  CHECK(shop.bench.refusal(ListTypes{shop.event_id}) == "unknown_event");
  CHECK(shop.bench.refusal(ListTypes{shop.event_id}, &shop.stranger) == "unknown_event");
  CHECK(shop.bench.refusal(ReadType{type_id}) == "unknown_ticket_type");
  CHECK(shop.bench.refusal(ListTicketKeys{shop.event_id}) == "unknown_event");
  CHECK(shop.bench.refusal(shop.offer(0, 1), &shop.stranger) == "unknown_event");
  CHECK(shop.bench.must(ListTypes{shop.event_id}, &shop.viewer).items.size() == 1);
}

TEST_CASE("a private event's ticket types exist for its members alone", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(0, 5);
  shop.terms.visibility = api::event::Visibility::members;
  shop.tell<api::event::Changed>(api::event::State::published);
  CHECK(shop.bench.refusal(ListTypes{shop.event_id}) == "unknown_event");
  CHECK(shop.bench.refusal(shop.basket({{type_id, 1}}), &shop.stranger) == "unknown_event");
  CHECK(shop.buy(type_id, 1, &shop.viewer).state == OrderState::paid);
}

TEST_CASE("a quantity moves freely above what is held and sold, and never below", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 10);
  shop.buy(type_id, 4);
  ChangeType change;
  change.ticket_type_id = type_id;
  change.quantity = 3;
  const auto refused = shop.bench.send(change, &shop.manager);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "quantity_below_taken");
  change.quantity = 4;
  CHECK(shop.bench.must(change, &shop.manager).available == 0);
  CHECK(shop.bench.refusal(shop.basket({{type_id, 1}})) == "sold_out");
  change.quantity = 6;
  CHECK(shop.bench.must(change, &shop.manager).available == 2);
  CHECK(shop.stock(type_id).total == 6);
  shop.bench.check_rebuild();
}

TEST_CASE("a change of price does not touch an order already held", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 10);
  const auto order = shop.buy(type_id, 2);
  ChangeType change;
  change.ticket_type_id = type_id;
  change.price = Money{900, "EGP"};
  CHECK(shop.bench.must(change, &shop.manager).price.amount == 900);
  ReadOrder read;
  read.order_id = order.id;
  read.secret = order.secret;
  CHECK(shop.bench.must(read).total.amount == 1000);
  CHECK(shop.buy(type_id, 2).total.amount == 1800);
}

TEST_CASE("a change that names one field leaves the others as they were", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 10);
  const auto before = shop.bench.must(ReadType{type_id});
  ChangeType change;
  change.ticket_type_id = type_id;
  change.max_per_order = 3;
  auto after = shop.bench.must(change, &shop.manager);
  CHECK(after.max_per_order == 3);
  after.max_per_order = before.max_per_order;
  CHECK(encode(after) == encode(before));
}

TEST_CASE("a change is refused for the first fault in the order of the contract", "[ticket]") {
  Shop shop;
  ChangeType change;
  change.ticket_type_id = id_of(99);
  change.price = Money{900, "EUR"};
  change.min_per_order = 20;
  CHECK(shop.bench.refusal(change, &shop.manager) == "unknown_ticket_type");
  change.ticket_type_id = shop.add_type(500, 10);
  CHECK(shop.bench.refusal(change, &shop.stranger) == "role_missing");
  CHECK(shop.bench.refusal(change, &shop.door) == "role_missing");
  CHECK(shop.bench.refusal(change, &shop.manager) == "invalid");
  change.min_per_order.reset();
  CHECK(shop.bench.refusal(change, &shop.manager) == "wrong_currency");
}

TEST_CASE("refusals that rest on others' rows say whose", "[ticket]") {
  Shop shop;
  const auto rests_on_of = [&](const auto& message, const Person* person) {
    const auto answer = shop.bench.send(message, person);
    REQUIRE_FALSE(answer);
    return answer.error().rests_on;
  };
  auto offer = shop.offer(0, 1);
  CHECK(rests_on_of(offer, &shop.viewer) == "user");
  offer.event_id = id_of(99);
  CHECK(rests_on_of(offer, &shop.manager) == "event");
  CHECK(rests_on_of(ListTypes{id_of(99)}, nullptr) == "event");
  const auto type_id = shop.add_type(0, 1);
  shop.tell<api::event::Unpublished>(api::event::State::draft);
  CHECK(rests_on_of(shop.basket({{type_id, 1}}), nullptr) == "event");
  CHECK(rests_on_of(shop.basket({{type_id, 1}}), &shop.manager) == "event");
}
