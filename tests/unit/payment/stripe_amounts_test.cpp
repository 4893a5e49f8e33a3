// Amounts on their way to Stripe and back.
#include "daemons/payment/stripe_amounts.h"

#include <catch2/catch.hpp>

using namespace bilten;
using namespace bilten::payment::stripe;

TEST_CASE("an amount is sent in the units that Stripe counts in, and comes back as it was",
          "[payment]") {
  struct Row {
    Money ours;
    int64_t units;
    std::string currency;
  };
  const std::vector<Row> rows = {
      {{1250, "EUR"}, 1250, "eur"}, {{1250, "JPY"}, 1250, "jpy"},
      {{5, "ISK"}, 500, "isk"},     {{70'000, "UGX"}, 7'000'000, "ugx"},
      {{500, "MGA"}, 5, "mga"},     {{5120, "KWD"}, 5120, "kwd"},
      {{1000, "XOF"}, 1000, "xof"}, {{0, "USD"}, 0, "usd"},
  };
  for (const auto& row : rows) {
    INFO(to_text(row.ours));
    const auto sent = amount_of(row.ours);
    REQUIRE(sent);
    CHECK(sent->units == row.units);
    CHECK(sent->currency == row.currency);
    const auto back = money_of(row.units, row.currency);
    REQUIRE(back);
    CHECK(*back == row.ours);
  }
}

TEST_CASE("what Stripe cannot express is refused, not rounded", "[payment]") {
  for (const Money& money : {Money{5125, "KWD"}, Money{1, "MGA"}, Money{10'000, "CLF"},
                             Money{1, "XXX"}, Money{1, ""}, Money{kMoneyMax, "ISK"}}) {
    INFO(to_text(money));
    const auto refused = amount_of(money);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == "amount_not_chargeable");
  }
}

TEST_CASE("an amount from Stripe that is none of ours is not believed", "[payment]") {
  CHECK(money_of(550, "isk").error().reason == "unknown_amount");
  CHECK(money_of(1, "zzz").error().reason == "unknown_amount");
  CHECK(money_of(INT64_MAX, "eur").error().reason == "unknown_amount");
  CHECK(money_of(INT64_MIN, "mga").error().reason == "unknown_amount");
  CHECK(*money_of(-300, "usd") == Money{-300, "USD"});
}
