#include "broker/latency.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bilten::broker {

uint32_t LatencyHistogram::step_of(SteadyMicros took) {
  const auto value = static_cast<uint64_t>(std::max<SteadyMicros>(took, 0));
  if (value < kSteps) return static_cast<uint32_t>(value);
  // 8 to 15 is the power 1, 16 to 31 the power 2.
  const auto power = static_cast<uint32_t>(std::bit_width(value)) - 3;
  if (power >= kPowers) return kSteps * kPowers - 1;
  return power * kSteps + static_cast<uint32_t>(value >> (power - 1)) - kSteps;
}

// The longest time that falls into the step.
SteadyMicros LatencyHistogram::bound_of(uint32_t step) {
  const uint32_t power = step / kSteps;
  if (power == 0) return step;
  return ((int64_t{kSteps} + step % kSteps + 1) << (power - 1)) - 1;
}

void LatencyHistogram::add(SteadyMicros took) {
  ++counts_[step_of(took)];
  ++count_;
  sum_ += took;
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  for (size_t step = 0; step < counts_.size(); ++step) counts_[step] += other.counts_[step];
  count_ += other.count_;
  sum_ += other.sum_;
}

SteadyMicros LatencyHistogram::quantile(double share) const {
  const auto wanted = static_cast<uint64_t>(std::ceil(static_cast<double>(count_) * share));
  uint64_t seen = 0;
  for (uint32_t step = 0; step < counts_.size(); ++step) {
    seen += counts_[step];
    if (seen > 0 && seen >= wanted) return bound_of(step);
  }
  return 0;
}

uint64_t LatencyHistogram::count_to(SteadyMicros bound) const {
  uint64_t seen = 0;
  for (uint32_t step = 0; step < counts_.size() && bound_of(step) <= bound; ++step) {
    seen += counts_[step];
  }
  return seen;
}

void ServiceFigures::add(SteadyMicros now, SteadyMicros took, Code code) {
  const bool is_refusal = code >= Code::invalid && code < Code::internal;
  ++(code == Code::ok ? answered : is_refusal ? refused : failed);
  total_.add(took);
  if (const auto age = now - recent_since_; age >= kRecentMicros) {
    recent_[1] = age < 2 * kRecentMicros ? recent_[0] : LatencyHistogram();
    recent_[0] = LatencyHistogram();
    recent_since_ = now;
  }
  recent_[0].add(took);
}

SteadyMicros ServiceFigures::recent_quantile(SteadyMicros now, double share) const {
  const auto age = now - recent_since_;
  if (age >= 2 * kRecentMicros) return 0;
  LatencyHistogram recent = recent_[0];
  if (age < kRecentMicros) recent.merge(recent_[1]);
  return recent.quantile(share);
}

}  // namespace bilten::broker
