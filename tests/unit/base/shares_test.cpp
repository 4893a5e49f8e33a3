// Parts of amounts.
#include "common/base/shares.h"

#include <catch2/catch.hpp>

#include "common/base/money.h"

using namespace bilten;

TEST_CASE("a part of an amount is rounded to the nearest unit, halves up", "[base]") {
  CHECK(part_of(1000, 1900) == 190);
  CHECK(part_of(50, 100) == 1);  // 0.5
  CHECK(part_of(49, 100) == 0);
  CHECK(part_of(kMoneyMax, 10'000) == kMoneyMax);
  CHECK(part_of(kMoneyMax, 3333) == 333'300'000'000'000);
  CHECK(tax_within(1190, 1900) == 190);
  CHECK(tax_within(1000, 1900) == 160);  // 159.66
  CHECK(tax_within(3, 10'000) == 2);     // 1.5
  CHECK(tax_within(1000, 0) == 0);
}

TEST_CASE("an amount is shared in proportion, and no unit is lost or made", "[base]") {
  CHECK(share(100, {1, 1, 1}) == std::vector<int64_t>{34, 33, 33});
  CHECK(share(5, {10, 0, 10}) == std::vector<int64_t>{3, 0, 2});
  CHECK(share(0, {7}) == std::vector<int64_t>{0});
  CHECK(share(kMoneyMax, {kMoneyMax, kMoneyMax}) ==
        std::vector<int64_t>{kMoneyMax / 2, kMoneyMax / 2});
}
