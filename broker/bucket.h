// A token bucket that holds one second's worth, kept as one number (GCRA): when the bucket will be
// full again.
#pragma once

#include <algorithm>

#include "common/base/clock.h"

namespace bilten::broker {

class Bucket {
 public:
  // 0: no limit.
  void set_rate(uint32_t per_second) { step_ns_ = per_second == 0 ? 0 : kSecondNs / per_second; }
  // Takes one token and answers 0; with none left, how long until there is one (microseconds).
  SteadyMicros take(SteadyMicros now) {
    if (step_ns_ == 0) return 0;
    const int64_t now_ns = now * 1000;
    const int64_t full_at = std::max(full_at_ns_, now_ns) + step_ns_;
    const int64_t early_ns = full_at - now_ns - kSecondNs;
    if (early_ns > 0) return (early_ns + 999) / 1000;
    full_at_ns_ = full_at;
    return 0;
  }

 private:
  static constexpr int64_t kSecondNs = 1'000'000'000;
  int64_t step_ns_ = 0;
  int64_t full_at_ns_ = 0;
};

}  // namespace bilten::broker
