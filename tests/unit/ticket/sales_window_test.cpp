// Sales windows given as the event's wall shows them, on the days when clocks change.
#include <catch2/catch.hpp>

#include "common/base/time.h"
#include "common/base/zones.h"
#include "tests/unit/ticket/shop.h"

namespace bilten::test {
namespace {

std::string at(const std::string& timezone, const std::string& text, Twice twice) {
  const auto instant = instant_of(timezone, text, twice);
  return instant ? rfc3339(*instant) : "none";
}

}  // namespace

TEST_CASE("a time that clocks skip is the moment they do", "[zones]") {
  for (const auto twice : {Twice::first, Twice::last}) {
    CHECK(at("Europe/Berlin", "2027-03-28T01:59", twice) == "2027-03-28T00:59:00Z");
    CHECK(at("Europe/Berlin", "2027-03-28T02:00", twice) == "2027-03-28T01:00:00Z");
    CHECK(at("Europe/Berlin", "2027-03-28T02:30", twice) == "2027-03-28T01:00:00Z");
    CHECK(at("Europe/Berlin", "2027-03-28T03:00", twice) == "2027-03-28T01:00:00Z");
    CHECK(at("Australia/Lord_Howe", "2027-10-03T02:15", twice) == "2027-10-02T15:30:00Z");
    CHECK(at("Africa/Cairo", "2027-04-30T00:30", twice) == "2027-04-29T22:00:00Z");
  }
}

TEST_CASE("of a time shown twice the first or the last is meant", "[zones]") {
  CHECK(at("America/New_York", "2027-11-07T01:30", Twice::first) == "2027-11-07T05:30:00Z");
  CHECK(at("America/New_York", "2027-11-07T01:30", Twice::last) == "2027-11-07T06:30:00Z");
  CHECK(at("Asia/Tokyo", "2027-11-07T01:30", Twice::first) ==
        at("Asia/Tokyo", "2027-11-07T01:30", Twice::last));
}

TEST_CASE("what is no time on a wall is none", "[zones]") {
  for (const auto* text : {"2027-02-29T10:00", "2027-13-01T10:00", "2027-01-01T24:00",
                           "2027-01-01 10:00", "2027-01-01T9:00", "2027-01-01T10:00Z", ""}) {
    INFO(text);
    CHECK(at("Europe/Berlin", text, Twice::first) == "none");
  }
  CHECK(at("Europe/Nowhere", "2027-01-01T10:00", Twice::first) == "none");
}

TEST_CASE_METHOD(Shop, "a type is sold from and until times on the event's wall", "[catalogue]") {
  auto message = offer(1000, 10);
  message.sales_starts_local = "2027-01-10T10:00";  // Cairo, UTC+2.
  message.sales_ends_local = "2027-04-30T00:30";    // Skipped there that night.
  const auto view = bench.must(message, &manager);
  CHECK(rfc3339(view.sales_starts_at.value().ms) == "2027-01-10T08:00:00Z");
  CHECK(rfc3339(view.sales_ends_at.value().ms) == "2027-04-29T22:00:00Z");
  CHECK(view.sales_starts_local == "2027-01-10T10:00");
  CHECK(view.sales_ends_local == "2027-04-30T01:00");

  ChangeType change;
  change.ticket_type_id = view.id;
  change.sales_ends_local = "2027-02-01T00:00";
  CHECK(rfc3339(bench.must(change, &manager).sales_ends_at.value().ms) == "2027-01-31T22:00:00Z");
  change.sales_ends_at = Instant{bench.now};
  const auto both = bench.send(change, &manager);
  REQUIRE_FALSE(both);
  CHECK(both.error().fields.at(0).pointer == "/sales_ends_local");
  message.sales_starts_local = "2027-02-30T10:00";
  const auto never = bench.send(message, &manager);
  REQUIRE_FALSE(never);
  CHECK(never.error().fields.at(0).pointer == "/sales_starts_local");
  message.sales_starts_local = "2027-05-30T10:00";
  CHECK(reason(message, &manager) == "invalid");  // After it ends.
}

}  // namespace bilten::test
