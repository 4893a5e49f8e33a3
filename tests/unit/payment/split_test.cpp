// How prices divide, and the platform's fees: no unit is lost or made.
#include "daemons/payment/split.h"

#include <catch2/catch.hpp>

#include "common/base/random.h"
#include "common/base/shares.h"
#include "daemons/payment/fees.h"
#include "tests/support/people.h"

using namespace bilten;
using namespace bilten::payment;
using api::ticket::Line;
using test::id_of;

namespace {

int64_t up_to(SeededRandom& random, int64_t most) {
  return static_cast<int64_t>(random.below(static_cast<uint64_t>(most) + 1));
}

// A line as pricing makes them (docs/pricing.md), in whole units of a currency with so many of them
// in a note.
Line random_line(SeededRandom& random, int64_t unit, int64_t rate) {
  Line line{.ticket_type_id = id_of(static_cast<uint8_t>(rate / 100))};
  line.quantity = 1 + up_to(random, 9);
  line.unit_price = random.below(10) == 0 ? 0 : up_to(random, 300 * unit);
  line.discount = random.below(2) == 0 ? 0 : up_to(random, line.unit_price * line.quantity);
  const auto net = line.unit_price * line.quantity - line.discount;
  if (net > 0) line.fee = up_to(random, 5 * unit);
  const bool is_included = random.below(2) == 0;
  line.tax = is_included ? tax_within(net + line.fee, rate) : part_of(net + line.fee, rate);
  line.total = net + line.fee + (is_included ? 0 : line.tax);
  return line;
}

struct Basket {
  std::vector<Line> lines;
  std::vector<TypeRate> rates;
  int64_t total = 0;
};

Basket random_basket(SeededRandom& random, int64_t unit) {
  Basket basket;
  for (const int64_t rate : {0, 700, 1900}) {
    basket.rates.push_back({id_of(static_cast<uint8_t>(rate / 100)), rate});
    if (random.below(3) == 0) continue;
    basket.lines.push_back(random_line(random, unit, rate));
    basket.total += basket.lines.back().total;
  }
  return basket;
}

}  // namespace

TEST_CASE("tax is told apart by its rate, and a fee has its part of it", "[payment]") {
  const Line line{id_of(1), 1, 1000, 0, 190, 190, 1190};
  CHECK(split_of({line}, {{id_of(1), 1900}}) == Split{840, 160, {{1900, 190}}});
  CHECK(split_of({line}, {}) == Split{840, 160, {{0, 190}}});
  CHECK(split_of({}, {}) == Split{});
}

TEST_CASE("whatever is split or given back in parts, no unit is lost or made", "[payment]") {
  SeededRandom random(1);
  int wrong = 0;
  constexpr int kCases = 100'000;
  for (int i = 0; i < kCases; ++i) {
    const int64_t unit = i % 3 == 0 ? 1 : i % 3 == 1 ? 100 : 1000;  // JPY, EUR, KWD.
    const auto before = random_basket(random, unit);
    const auto after = random_basket(random, unit);
    const auto whole = split_of(before.lines, before.rates);
    const auto rest = split_of(after.lines, after.rates);
    const auto amount = up_to(random, before.total);
    const auto part = portion(whole, whole, rest, amount);
    const bool is_exact = whole.total() == before.total && part.total() == amount &&
                          without(whole, part).total() == before.total - amount;
    if (!is_exact) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("lines that go are given back part by part", "[payment]") {
  const std::vector<TypeRate> rates{{id_of(7), 700}, {id_of(19), 1900}};
  const Line seat{id_of(19), 1, 1190, 0, 0, 190, 1190}, child{id_of(7), 1, 1070, 0, 0, 70, 1070};
  const auto both = split_of({seat, child}, rates), one = split_of({seat}, rates);
  CHECK(portion(both, both, one, 1070) == Split{1000, 0, {{700, 70}}});
  CHECK(portion(both, both, both, 2260) == both);
  CHECK(portion(both, both, one, 2260) == both);
}

TEST_CASE("the platform's fee is by ticket, capped, and never more than the price", "[payment]") {
  const FeeTerms terms{.rate = 250, .fixed = 50};
  const auto cost = [](int64_t quantity, int64_t price, int64_t discount = 0) {
    return Line{
        .ticket_type_id = {}, .quantity = quantity, .unit_price = price, .discount = discount};
  };
  CHECK(fee_of(terms, {cost(2, 2000)}) == 200);
  CHECK(fee_of(terms, {cost(2, 2000, 4000)}) == 0);
  CHECK(fee_of(terms, {cost(3, 0), cost(1, 2000)}) == 100);
  CHECK(fee_of(terms, {cost(1, 30)}) == 30);
  CHECK(fee_of({.rate = 250, .fixed = 50, .cap = 60}, {cost(2, 2000)}) == 120);
  CHECK(fee_of({.fixed = kMoneyMax}, {cost(100, 10)}) == 1000);
  CHECK(fee_of({}, {cost(1, 2000)}) == 0);
}

TEST_CASE("a fee is monotone in the price and stays within it", "[payment]") {
  SeededRandom random(2);
  int wrong = 0;
  for (int i = 0; i < 100'000; ++i) {
    FeeTerms terms{.rate = up_to(random, 10'000), .fixed = up_to(random, 500)};
    if (random.below(2) == 0) terms.cap = up_to(random, 2000);
    Line line{.ticket_type_id = {},
              .quantity = 1 + up_to(random, 9),
              .unit_price = up_to(random, 100'000)};
    const auto fee = fee_of(terms, {line});
    if (fee < 0 || fee > line.unit_price * line.quantity) ++wrong;
    line.unit_price += 1 + up_to(random, 100);
    if (fee_of(terms, {line}) < fee) ++wrong;
  }
  CHECK(wrong == 0);
}
