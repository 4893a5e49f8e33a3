// Ten thousand tickets of another system become ours, in parts, with a report of each bad line.
#include <catch2/catch.hpp>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

constexpr int kLines = 10'000;
constexpr int kPart = 500;
constexpr const char* kHeader =
    "Event slug,Order code,Position ID,Status,Email,Order date,Product,Variation,Price,"
    "Attendee name,Attendee email,Company\n";

// Every thousandth line names a product that the event has not.
std::string line_of(int n) {
  const auto number = std::to_string(n);
  const std::string product = n % 1000 == 999 ? "Backstage" : (n % 3 == 0 ? "Balcony" : "Stalls");
  return "nile," + std::to_string(100'000 + n / 4) + "," + std::to_string(n % 4 + 1) +
         ",paid,buyer" + number + "@example.org,2026-01-01," + product + ",,12.50,\"Fathy, Nadia " +
         number + "\",guest" + number + "@example.org,\n";
}

json part_of(int from) {
  std::string csv = kHeader;
  for (int n = from; n < from + kPart; ++n) csv += line_of(n);
  return {{"csv", csv}, {"first_line", from + 2}};
}

}  // namespace

TEST_CASE("ten thousand tickets are imported once, and each bad line is named", "[import]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale =
      on_sale(host, {type_body("Stalls", 1250, 7000), type_body("Balcony", 1250, 10)});
  const auto path = "/v1/events/" + sale.event_id + "/imports";
  int imported = 0;
  std::vector<int> bad;
  for (int from = 0; from < kLines; from += kPart) {
    auto message = part_of(from);
    message["raise_capacity"] = true;
    auto reply = host.api.post(path, message);
    INFO(reply.text);
    REQUIRE(reply.status == 200);
    imported += reply.body["imported"].get<int>();
    for (const auto& fault : reply.body["faults"]) {
      CHECK(fault["reason"] == "unknown_ticket_type");
      CHECK(fault["column"] == "Product");
      bad.push_back(fault["line"]);
    }
  }
  CHECK(imported == kLines - 10);
  REQUIRE(bad.size() == 10);
  CHECK(bad[0] == 1001);
  CHECK(bad[9] == 10'001);
  auto progress = host.api.get(path);
  CHECK(progress.body["tickets"] == kLines - 10);
  // The same file again, a part of it: nothing is added.
  auto again = host.api.post(path, part_of(0));
  CHECK(again.body["imported"] == 0);
  CHECK(again.body["known"] == kPart);
  auto types = host.api.get("/v1/events/" + sale.event_id + "/ticket-types");
  INFO(types.text);
  CHECK(types.body["items"][1]["available"] == 0);
  CHECK(host.api.get("/v1/events/" + sale.event_id + "/check-in-lists").body["items"][0]["total"] ==
        kLines - 10);
}
