// How long requests of one service take at the broker, from their arrival to their answer: plain
// integers, no allocation, constant time.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten::broker {

// Log-linear: each power of two of microseconds has 8 equal steps, so that a bound is at most an
// eighth above the truth. Beyond 67 s all is one.
class LatencyHistogram {
 public:
  void add(SteadyMicros took);
  void merge(const LatencyHistogram& other);
  uint64_t count() const { return count_; }
  SteadyMicros sum() const { return sum_; }
  // At most this long took that share of them, 0 to 1; 0 where there are none.
  SteadyMicros quantile(double share) const;
  // How many took at most `bound`, give or take a step.
  uint64_t count_to(SteadyMicros bound) const;

 private:
  static constexpr uint32_t kSteps = 8, kPowers = 24;  // The first 8 us stand one by one.
  static uint32_t step_of(SteadyMicros took);
  static SteadyMicros bound_of(uint32_t step);

  std::array<uint64_t, kSteps * kPowers> counts_{};
  uint64_t count_ = 0;
  SteadyMicros sum_ = 0;
};

// How a service's requests ended. `refused` is part of its contract, `failed` is the platform's
// fault.
class ServiceFigures {
 public:
  static constexpr SteadyMicros kRecentMicros = 10'000'000;

  void add(SteadyMicros now, SteadyMicros took, Code code);
  const LatencyHistogram& total() const { return total_; }
  // Of the last 10 to 20 seconds.
  SteadyMicros recent_quantile(SteadyMicros now, double share) const;
  uint64_t answered = 0, refused = 0, failed = 0;

 private:
  LatencyHistogram total_;
  std::array<LatencyHistogram, 2> recent_;
  SteadyMicros recent_since_ = 0;  // Of recent_[0]; recent_[1] ended then.
};

}  // namespace bilten::broker
