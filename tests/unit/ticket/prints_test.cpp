// What is made of tickets to show, print and keep: for whom, and with what of the event's details.
#include "common/base/text.h"
#include "daemons/ticket/rows.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// The event's details change, as the event service announces it.
void change(Shop& shop, const api::event::DetailChanges& changes) {
  api::event::Changed fact;
  fact.event_id = shop.event_id;
  fact.organization_id = shop.organization;
  fact.at = Instant{shop.bench.now};
  fact.terms = shop.terms;
  fact.changes = changes;
  shop.bench.note(fact);
}

std::string calendar(Shop& shop, const OrderView& order,
                     const std::optional<std::string>& language = {}) {
  ReadOrderCalendar message;
  message.order_id = order.id;
  message.secret = order.secret;
  message.language = language;
  const auto content = shop.bench.must(message);
  CHECK(content.content_type == "text/calendar; charset=utf-8");
  return content.body.data;
}

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a ticket is an image and a page for those who may have its code", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  const auto check = [&](auto message, const std::string& type, const std::string& start) {
    message.ticket_id = order.ticket_ids[0];
    CHECK(shop.bench.refusal(message) == "unknown_ticket");
    CHECK(shop.bench.refusal(message, &shop.door) == "unknown_ticket");
    CHECK(shop.bench.must(message, &shop.manager).content_type == type);
    message.secret = order.secret;
    CHECK(shop.bench.must(message).body.data.substr(0, start.size()) == start);
    message.ticket_id = id_of(99);
    CHECK(shop.bench.refusal(message) == "unknown_ticket");
  };
  check(ReadTicketPng{}, "image/png", "\x89PNG");
  check(ReadTicketPdf{}, "application/pdf", "%PDF-");
}

TEST_CASE("an order's tickets are one document, once there are any", "[ticket]") {
  Shop shop;
  const auto held = shop.buy(shop.add_type(500, 10));
  ReadOrderPdf message;
  message.order_id = held.id;
  CHECK(shop.bench.refusal(message) == "unknown_order");
  message.secret = held.secret;
  CHECK(shop.bench.refusal(message) == "no_tickets");
  shop.bench.must(ConfirmOrder{held.id, id_of(50)});
  const auto paid = shop.bench.must(message);
  CHECK(paid.content_type == "application/pdf");
  CHECK(paid.max_age_s == 0);
  CHECK(shop.bench.refusal(message, &shop.door) == "");  // Who holds the secret may, whoever asks.
  message.secret = std::nullopt;
  CHECK(shop.bench.refusal(message, &shop.door) == "unknown_order");
}

TEST_CASE("a buyer who was erased leaves a ticket that can still be printed", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  ReadTicketPdf message;
  message.ticket_id = order.ticket_ids[0];
  message.secret = order.secret;
  const auto named = shop.bench.must(message).body.data;
  Effects erased;
  erased.forget(ticket::vault_key(order.id));
  shop.bench.take(erased);
  CHECK(shop.bench.must(message).body.data.size() < named.size());
}

TEST_CASE("an order's event is a calendar entry with its place", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const auto text = calendar(shop, order);
  CHECK(says(text, "\r\nUID:" + shop.event_id.text() + "\r\n"));
  CHECK(says(text, "\r\nSUMMARY:Nile Jazz Night\r\n"));
  CHECK(says(text, "\r\nLOCATION:Opera House\\, El Borg\\, Cairo\\, EG\r\n"));
  CHECK(says(text, "\r\nDTSTART:20261118T130640Z\r\n"));
  CHECK(says(text, "\r\nSTATUS:CONFIRMED\r\n"));
  CHECK_FALSE(says(text, "GEO:"));
  CHECK_FALSE(says(text, "nadia"));
  ReadOrderCalendar message;
  message.order_id = order.id;
  CHECK(shop.bench.refusal(message) == "unknown_order");
}

TEST_CASE("what the event service announces of title and place is what is printed", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  api::event::DetailChanges changes;
  changes.title = Text{};
  changes.title->by_language = {{"en", "Delta Blues"}, {"ar", "بلوز الدلتا"}};
  change(shop, changes);
  auto text = calendar(shop, order);
  CHECK(says(text, "SUMMARY:Delta Blues\r\n"));
  CHECK(says(text, "LOCATION:Opera House"));  // What was not changed stays.
  CHECK(says(calendar(shop, order, "ar-EG"), "SUMMARY:بلوز الدلتا\r\n"));

  changes = {};
  changes.venue = api::event::Venue{"Dome", "", "Alexandria", "EG", 31.2, 29.9, 500};
  shop.bench.now += 1000;
  change(shop, changes);
  text = calendar(shop, order);
  CHECK(says(text, "SUMMARY:Delta Blues\r\n"));
  CHECK(says(text, "LOCATION:Dome\\, Alexandria\\, EG\r\n"));
  CHECK(says(text, "GEO:31.200000;29.900000\r\n"));
  CHECK(says(text, "DTSTAMP:20261118T110641Z\r\n"));

  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  text = calendar(shop, order);
  CHECK(says(text, "STATUS:CANCELLED\r\n"));
  CHECK(says(text, "SUMMARY:Delta Blues\r\n"));
  shop.bench.check_rebuild();
}

TEST_CASE("title and place of an event do not stand in the row that an order reads", "[ticket]") {
  Shop shop;
  const auto snapshot = shop.bench.store->snapshot();
  const auto event = snapshot->rows().find<ticket::EventRow>(shop.event_id.view());
  REQUIRE(event);
  CHECK(encode(*event).find("Nile") == std::string::npos);
}
