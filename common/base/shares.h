// Parts of amounts, rounded so that nothing is lost or made (docs/pricing.md). Rates are hundredths
// of a percent: 1900 is 19 %.
#pragma once

#include <cstdint>
#include <vector>

namespace bilten {

inline constexpr int64_t kWholeRate = 10'000;  // 100 %.

// `rate` hundredths of a percent of the amount, to the nearest unit, halves up. Both at least 0.
int64_t part_of(int64_t amount, int64_t rate);
// The tax of that rate that an amount has in it, to the nearest unit, halves up.
int64_t tax_within(int64_t gross, int64_t rate);
// Cuts an amount in proportion to the weights, none negative, not all 0: each part is less than a
// unit from its exact size, and the parts sum to the amount (method of the largest remainder; of
// equal remainders the first).
std::vector<int64_t> share(int64_t amount, const std::vector<int64_t>& weights);

}  // namespace bilten
