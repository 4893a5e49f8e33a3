// Prices of baskets: the rules of docs/pricing.md.
#include "daemons/ticket/pricing.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "common/base/money.h"
#include "common/base/random.h"
#include "tests/support/people.h"

using namespace bilten;
using namespace bilten::ticket;
using api::ticket::kOrderTicketsMax;
using api::ticket::Line;
using api::ticket::PromoKind;
using api::ticket::PromoTerms;

namespace {

Wanted wanted(int64_t price, int64_t quantity, bool by_promo = true) {
  Wanted made;
  made.ticket_type_id = test::id_of(1);
  made.quantity = quantity;
  made.terms.price = {price, "EUR"};
  made.by_promo = by_promo;
  return made;
}

PromoTerms promo(PromoKind kind, int64_t value) {
  PromoTerms terms;
  terms.kind = kind;
  (kind == PromoKind::amount ? terms.amount : terms.rate) = value;
  return terms;
}

int64_t total_of(const std::vector<Line>& lines) {
  return std::accumulate(lines.begin(), lines.end(), int64_t{0},
                         [](int64_t sum, const Line& line) { return sum + line.total; });
}

std::vector<Line> priced(const std::vector<Wanted>& all, const PromoTerms* by = nullptr,
                         UnixMillis now = 0) {
  const auto lines = price_lines(all, by, now);
  REQUIRE(lines);
  return *lines;
}

}  // namespace

TEST_CASE("the first tier that lasts sets the price, and an order may cross its end", "[ticket]") {
  auto type = wanted(3000, 5);
  type.terms.tiers = {{"Early", {1000, "EUR"}, Instant{100}, 3}, {"Soon", {2000, "EUR"}, {}, 4}};
  type.taken = 1;
  const auto lines = priced({type});
  REQUIRE(lines.size() == 3);
  CHECK((lines[0].quantity == 2 && lines[0].unit_price == 1000));
  CHECK((lines[1].quantity == 1 && lines[1].unit_price == 2000));
  CHECK((lines[2].quantity == 2 && lines[2].unit_price == 3000));
  const auto later = priced({type}, nullptr, 100);
  CHECK((later[0].quantity == 3 && later[0].unit_price == 2000));
  CHECK(current_price(type.terms, 4, 0) == 3000);
}

TEST_CASE("a group's rate counts from its first ticket on, the highest that is reached",
          "[ticket]") {
  auto type = wanted(999, 4);
  type.terms.group_rates = {{5, 1000}, {10, 2500}};
  CHECK(total_of(priced({type})) == 4 * 999);
  type.quantity = 5;
  CHECK(priced({type})[0].discount == 500);  // 499.5
  type.quantity = 12;
  CHECK(total_of(priced({type})) == 12 * 999 - 2997);
}

TEST_CASE("a code takes off what the group's rate has left, of its own types only", "[ticket]") {
  auto grouped = wanted(1000, 10);
  grouped.terms.group_rates = {{10, 1000}};
  const auto other = wanted(700, 1, false);
  const auto half = promo(PromoKind::percent, 5000);
  const auto lines = priced({grouped, other}, &half);
  CHECK(lines[0].discount == 1000 + 4500);
  CHECK(lines[1].total == 700);
  const auto nothing = promo(PromoKind::free, 0);
  CHECK(total_of(priced({grouped, other}, &nothing)) == 700);
  const auto hundred = promo(PromoKind::amount, 100);
  CHECK(total_of(priced({wanted(33, 1), wanted(33, 1), wanted(34, 3)}, &hundred)) == 68);
  const auto much = promo(PromoKind::amount, 5000);
  CHECK(total_of(priced({wanted(33, 2), other}, &much)) == 700);
}

TEST_CASE("tickets that cost nothing carry no fee, others theirs, and tax is on both", "[ticket]") {
  auto type = wanted(1000, 2);
  type.terms.fee_amount = 50;
  type.terms.fee_rate = 250;
  type.terms.tax_rate = 1900;
  auto line = priced({type})[0];
  CHECK(line.fee == 150);
  CHECK(line.total == 2150);
  CHECK(line.tax == 343);  // Of 2150, 19/119.
  type.terms.tax_included = false;
  line = priced({type})[0];
  CHECK(line.tax == 409);  // 408.5
  CHECK(line.total == 2559);
  const auto nothing = promo(PromoKind::free, 0);
  line = priced({type}, &nothing)[0];
  CHECK((line.fee == 0 && line.tax == 0 && line.total == 0));
}

TEST_CASE("an amount beyond what money can be is refused, not wrapped", "[ticket]") {
  CHECK_FALSE(price_lines({wanted(kMoneyMax, 2)}, nullptr, 0));
  CHECK_FALSE(price_lines({wanted(kMoneyMax, 1), wanted(1, 1)}, nullptr, 0));
  auto taxed = wanted(kMoneyMax, 1);
  taxed.terms.tax_included = false;
  taxed.terms.tax_rate = 1;
  CHECK_FALSE(price_lines({taxed}, nullptr, 0));
}

// Prices as they stand in currencies of no, two and three decimals.
TEST_CASE("in any basket the lines sum to the total, and nothing is below zero", "[ticket]") {
  SeededRandom random(20261125);
  const int64_t scale[] = {20'000, 300'000, 3'000'000};
  const auto number = [&](int64_t most) {
    return static_cast<int64_t>(random.below(static_cast<uint64_t>(most) + 1));
  };
  int64_t tickets = 0, broken = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::vector<Wanted> all;
    for (int64_t left = 1 + number(3); left > 0; --left) {
      auto& each = all.emplace_back(wanted(number(scale[i % 3]), 1 + number(9), number(1) == 0));
      each.taken = number(20);
      if (number(2) == 0) each.terms.tiers = {{"Early", {number(scale[i % 3]), "EUR"}, {}, 10}};
      if (number(2) == 0) each.terms.group_rates = {{2 + number(5), 1 + number(9999)}};
      each.terms.tax_rate = number(3000);
      each.terms.tax_included = number(1) == 0;
      each.terms.fee_amount = number(300);
      each.terms.fee_rate = number(1000);
    }
    const auto kind = static_cast<PromoKind>(number(2));
    const auto by =
        promo(kind, kind == PromoKind::amount ? 1 + number(scale[i % 3]) : 1 + number(9999));
    const auto lines = price_lines(all, number(1) == 0 ? &by : nullptr, 0);
    if (!lines) FAIL("a basket of small prices has no price");
    for (const auto& line : *lines) {
      const auto gross = line.unit_price * line.quantity;
      const auto before_tax = gross - line.discount + line.fee;
      tickets += line.quantity;
      const bool adds_up = line.total == before_tax || line.total == before_tax + line.tax;
      const bool in_range = line.discount >= 0 && line.discount <= gross && line.fee >= 0 &&
                            line.tax >= 0 && line.tax <= line.total && line.total >= 0;
      broken += adds_up && in_range ? 0 : 1;
    }
    for (const auto& each : all) tickets -= each.quantity;
  }
  CHECK(broken == 0);
  CHECK(tickets == 0);  // As many as were wanted.
}
