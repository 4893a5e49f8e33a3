// Imports: tickets that another system sold take places here, once.
#include "daemons/ticket/attendees.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

constexpr const char* kHeader =
    "Order code,Position ID,Status,Product,Variation,Price,Attendee name,Attendee email,Email\r\n";

ImportTickets file(const Shop& shop, const std::string& lines) {
  ImportTickets message;
  message.event_id = shop.event_id;
  message.csv = kHeader + lines;
  return message;
}

}  // namespace

TEST_CASE("good lines become paid tickets, bad ones are reported, and twice adds nothing",
          "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto message = file(shop,
                            "AB3CD,1,paid,Stalls,,4.50,Nadia Fathy,nadia@example.org,\r\n"
                            "AB3CD,2,paid,Stalls,,4.50,Omar Said,,nadia@example.org\r\n"
                            "EF4GH,1,paid,Balcony,,4.50,,,\r\n"
                            "EF4GH,2,paid,Stalls,,cheap,,,\r\n"
                            "EF4GH,3,paid,Stalls,,,Lea,,\r\n"
                            "EF4GH,3,paid,Stalls,,,Lea,,\r\n");
  const auto report = shop.bench.must(message, &shop.manager);
  CHECK(report.lines == 6);
  CHECK(report.imported == 3);
  REQUIRE(report.faults.size() == 3);
  CHECK(report.faults[0].line == 4);
  CHECK(report.faults[0].reason == "unknown_ticket_type");
  CHECK(report.faults[1].column == "Price");
  CHECK(report.faults[2].reason == "twice");
  CHECK(shop.stock(type).sold == 3);
  const auto again = shop.bench.must(message, &shop.manager);
  CHECK(again.imported == 0);
  CHECK(again.known == 4);
  CHECK(shop.stock(type).sold == 3);
  const auto progress = shop.bench.must(ReadImports{.event_id = shop.event_id}, &shop.viewer);
  CHECK(progress.tickets == 3);
  CHECK(progress.orders == 2);
  CHECK(shop.bench.everything_written().find("Nadia") == std::string::npos);
  CHECK(shop.bench.everything_written().find("nadia@") == std::string::npos);
  shop.bench.check_rebuild();
}

TEST_CASE("an imported order has the other system's code, its price and its buyer", "[ticket]") {
  Shop shop;
  shop.add_type(500, 10);
  shop.bench.must(file(shop, "AB3CD,1,paid,Stalls,,4.50,Nadia Fathy,nadia@example.org,\r\n"),
                  &shop.manager);
  Id order_id;
  shop.bench.store->snapshot()->rows().scan<ticket::OrderRow>(
      {}, {}, 1, [&](std::string_view key, const ticket::OrderRow&) {
        order_id = *Id::from_bytes(key);
        return true;
      });
  ReadOrder message;
  message.order_id = order_id;
  const auto order = shop.bench.must(message, &shop.manager);
  CHECK(order.code == "AB3CD");
  CHECK(order.state == OrderState::paid);
  CHECK(order.total.amount == 450);
  REQUIRE(order.buyer);
  CHECK(order.buyer->name == "Nadia Fathy");
  const auto attendee = ticket::find_attendee(shop.bench.store->snapshot()->vault(), order_id, 0);
  REQUIRE(attendee);
  CHECK(attendee->full_name == "Nadia Fathy");
  CHECK(attendee->email == "nadia@example.org");
}

TEST_CASE(
    "an import takes no place that is not there, unless it may add places, and never beyond "
    "a quota",
    "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 2);
  std::string lines;
  for (int i = 1; i <= 6; ++i) lines += "AB3CD," + std::to_string(i) + ",paid,Stalls,,,,,\r\n";
  auto message = file(shop, lines);
  SECTION("without") {
    const auto report = shop.bench.must(message, &shop.manager);
    CHECK(report.imported == 2);
    REQUIRE(report.faults.size() == 4);
    CHECK(report.faults[0].reason == "sold_out");
    CHECK(report.faults[0].line == 4);
  }
  SECTION("with") {
    AddQuota quota;
    quota.event_id = shop.event_id;
    quota.title = "House";
    quota.quantity = 5;
    quota.ticket_type_ids = {type};
    shop.bench.must(quota, &shop.manager);
    message.raise_capacity = true;
    const auto report = shop.bench.must(message, &shop.manager);
    CHECK(report.imported == 5);
    CHECK(report.faults.size() == 1);
    CHECK(shop.stock(type).total == 5);
  }
  shop.bench.check_rebuild();
}

TEST_CASE("a dry run reports the same and leaves no trace", "[ticket]") {
  Shop shop;
  shop.add_type(500, 10);
  auto message = file(shop, "AB3CD,1,paid,Stalls,,,,,\r\nAB3CD,2,paid,Nothing,,,,,\r\n");
  message.dry_run = true;
  const auto before = shop.bench.head().seq;
  const auto dry = shop.bench.must(message, &shop.manager);
  CHECK(shop.bench.head().seq == before);
  message.dry_run = false;
  const auto wet = shop.bench.must(message, &shop.manager);
  CHECK(dry.imported == wet.imported);
  CHECK(dry.faults.size() == wet.faults.size());
  CHECK(shop.bench.refusal(message, &shop.viewer) == "role_missing");
}

TEST_CASE("an order of more tickets than one may have is imported as several", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 200);
  std::string lines;
  for (int i = 1; i <= 150; ++i) {
    lines += "AB3CD," + std::to_string(i) + ",paid,Stalls,,,,,\r\n";
  }
  CHECK(shop.bench.must(file(shop, lines), &shop.manager).imported == 150);
  CHECK(shop.stock(type).sold == 150);
  CHECK(shop.bench.must(ReadImports{.event_id = shop.event_id}, &shop.viewer).orders == 2);
}
