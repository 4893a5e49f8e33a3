#include "common/base/shares.h"

#include <algorithm>
#include <numeric>

namespace bilten {
namespace {

__extension__ using Wide = unsigned __int128;

}  // namespace

int64_t part_of(int64_t amount, int64_t rate) {
  return amount / kWholeRate * rate + (amount % kWholeRate * rate + kWholeRate / 2) / kWholeRate;
}

int64_t tax_within(int64_t gross, int64_t rate) {
  const auto whole = kWholeRate + rate;
  return gross / whole * rate + (gross % whole * rate * 2 + whole) / (whole * 2);
}

std::vector<int64_t> share(int64_t amount, const std::vector<int64_t>& weights) {
  Wide total = 0;
  for (const auto weight : weights) total += static_cast<Wide>(weight);
  std::vector<int64_t> parts;
  std::vector<Wide> remainders;
  int64_t left = amount;
  for (const auto weight : weights) {
    const Wide product = static_cast<Wide>(amount) * static_cast<Wide>(weight);
    parts.push_back(static_cast<int64_t>(product / total));
    remainders.push_back(product % total);
    left -= parts.back();
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  for (size_t i = 0; left > 0; ++i, --left) ++parts[order[i]];
  return parts;
}

}  // namespace bilten
