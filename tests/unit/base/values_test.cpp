#include <catch2/catch.hpp>
#include <set>

#include "common/base/id.h"
#include "common/base/money.h"
#include "common/base/time.h"

using namespace bilten;

TEST_CASE("ids rise with time, and inside one millisecond too", "[base]") {
  SeededRandom random(1);
  IdSource source(random);
  Id last;
  for (int i = 0; i < 20'000; ++i) {
    const auto id = source.next(1'700'000'000'000 + i / 6000);
    REQUIRE(id > last);
    last = id;
  }
  // A clock that goes back does not make ids go back.
  CHECK(source.next(1) > last);
}

TEST_CASE("an id is a version 7 UUID, and its text reads back", "[base]") {
  SeededRandom random(2);
  IdSource source(random);
  const auto id = source.next(0x0190'0000'0000);
  CHECK(id.text().substr(0, 15) == "01900000-0000-7");
  CHECK(Id::parse(id.text()) == id);
  for (const char* bad :
       {"", "0190", "01900000-0000-7000-8000-00000000000g", "01900000_0000-7000-8000-000000000000",
        "01900000-0000-7000-8000-0000000000000"}) {
    CHECK_FALSE(Id::parse(bad));
  }
}

TEST_CASE("instants read every offset of RFC 3339 and refuse what it refuses", "[base]") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_rfc3339("2028-02-29T23:59:59.5+02:00") == 1'835'474'399'500 - 0);
  CHECK(parse_rfc3339("2026-11-23t08:00:00.123456789z").has_value());
  for (const char* bad :
       {"", "2026-11-23", "2026-11-23T08:00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00+24:00",
        "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.Z", "1969-12-31T23:59:59Z",
        "2026-01-01T00:00:00Zx", "+2026-01-01T00:00:00Z"}) {
    INFO(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
  SeededRandom random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto at = static_cast<UnixMillis>(random.below(kInstantMax + 1));
    REQUIRE(parse_rfc3339(rfc3339(at)) == at);
  }
}

TEST_CASE("money knows the decimals of each currency and never overflows", "[base]") {
  CHECK(currency_decimals("JPY") == 0);
  CHECK(currency_decimals("EUR") == 2);
  CHECK(currency_decimals("EGP") == 2);
  CHECK(currency_decimals("KWD") == 3);
  CHECK(currency_decimals("CLF") == 4);
  for (const char* bad : {"", "eur", "EU", "XXX", "ABC", "EURO"})
    CHECK_FALSE(currency_decimals(bad));
  CHECK(to_text({1250, "EUR"}) == "12.50 EUR");
  CHECK(to_text({5, "KWD"}) == "0.005 KWD");
  CHECK(to_text({-1250, "JPY"}) == "-1250 JPY");
  CHECK(add_amounts(kMoneyMax, 1) == std::nullopt);
  CHECK(add_amounts(INT64_MAX, INT64_MAX) == std::nullopt);
  CHECK(multiply_amount(kMoneyMax, 2) == std::nullopt);
  CHECK(multiply_amount(1250, 4) == 5000);
}
