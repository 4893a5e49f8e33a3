#include "daemons/payment/split.h"

#include <algorithm>
#include <map>

#include "common/base/check.h"
#include "common/base/shares.h"

namespace bilten::payment {
namespace {

using api::ticket::Line;

// A split as a row of numbers: tickets, fees, and the tax of each of these rates.
using Rates = std::vector<int64_t>;

Rates rates_of(const Split& whole) {
  Rates rates;
  for (const auto& tax : whole.taxes) rates.push_back(tax.rate);
  return rates;
}

int64_t tax_at(const Split& split, int64_t rate) {
  for (const auto& tax : split.taxes) {
    if (tax.rate == rate) return tax.amount;
  }
  return 0;
}

std::vector<int64_t> numbers_of(const Split& split, const Rates& rates) {
  std::vector<int64_t> numbers{split.tickets, split.fees};
  for (const auto rate : rates) numbers.push_back(tax_at(split, rate));
  return numbers;
}

Split split_from(const std::vector<int64_t>& numbers, const Rates& rates) {
  Split split{numbers[0], numbers[1], {}};
  for (size_t i = 0; i < rates.size(); ++i) {
    if (numbers[i + 2] != 0) split.taxes.push_back({rates[i], numbers[i + 2]});
  }
  return split;
}

// Cuts the amount by the weights, no part above its limit; what does not fit goes where there is
// room. The limits sum to at least the amount.
std::vector<int64_t> share_within(int64_t amount, std::vector<int64_t> weights,
                                  const std::vector<int64_t>& limits) {
  std::vector<int64_t> parts(limits.size(), 0);
  while (amount > 0) {
    for (size_t i = 0; i < limits.size(); ++i) {
      if (parts[i] == limits[i]) weights[i] = 0;
    }
    const bool has_weight =
        std::any_of(weights.begin(), weights.end(), [](int64_t each) { return each > 0; });
    if (!has_weight) {
      for (size_t i = 0; i < limits.size(); ++i) weights[i] = limits[i] - parts[i];
    }
    const auto wanted = share(amount, weights);
    for (size_t i = 0; i < limits.size(); ++i) {
      const auto taken = std::min(wanted[i], limits[i] - parts[i]);
      parts[i] += taken;
      amount -= taken;
    }
  }
  return parts;
}

}  // namespace

int64_t rate_of(const std::vector<TypeRate>& rates, const Id& ticket_type_id) {
  const auto of_type = std::find_if(rates.begin(), rates.end(), [&](const TypeRate& each) {
    return each.ticket_type_id == ticket_type_id;
  });
  return of_type == rates.end() ? 0 : of_type->rate;
}

Split split_of(const std::vector<Line>& lines, const std::vector<TypeRate>& rates) {
  Split split;
  std::map<int64_t, int64_t> taxes;
  for (const auto& line : lines) {
    const auto net = line.total - line.tax;
    const auto price = line.unit_price * line.quantity - line.discount;
    if (net > 0) {
      const bool has_weight = price + line.fee > 0;
      const auto parts = share(net, {has_weight ? price : 1, line.fee});
      split.tickets += parts[0];
      split.fees += parts[1];
    }
    if (line.tax > 0) taxes[rate_of(rates, line.ticket_type_id)] += line.tax;
  }
  for (const auto& [rate, amount] : taxes) split.taxes.push_back({rate, amount});
  return split;
}

Split portion(const Split& whole, const Split& before, const Split& after, int64_t amount) {
  CHECK_INVARIANT(amount >= 0 && amount <= whole.total());
  const auto rates = rates_of(whole);
  const auto limits = numbers_of(whole, rates);
  auto weights = numbers_of(before, rates);
  const auto left = numbers_of(after, rates);
  for (size_t i = 0; i < limits.size(); ++i) {
    weights[i] = std::max<int64_t>(0, weights[i] - left[i]);
  }
  return split_from(share_within(amount, std::move(weights), limits), rates);
}

Split without(const Split& whole, const Split& part) {
  const auto rates = rates_of(whole);
  auto numbers = numbers_of(whole, rates);
  const auto taken = numbers_of(part, rates);
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] -= taken[i];
    CHECK_INVARIANT(numbers[i] >= 0);
  }
  return split_from(numbers, rates);
}

}  // namespace bilten::payment
