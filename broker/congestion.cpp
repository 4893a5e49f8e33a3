#include "broker/congestion.h"

#include <algorithm>

namespace bilten::broker {
namespace {

// After a longer pause the pace of before says nothing.
constexpr SteadyMicros kStaleMicros = 1'000'000;

}  // namespace

void Congestion::look(SteadyMicros now, SteadyMicros oldest_wait) {
  const SteadyMicros elapsed = now - looked_at_;
  if (looked_at_ == 0 || elapsed > kStaleMicros) {
    measured_ = false;
  } else if (elapsed > 0) {
    const auto pace = static_cast<uint32_t>(int64_t{departed_} * 1'000'000 / elapsed);
    per_second_ = measured_ ? (per_second_ * 3 + pace) / 4 : pace;
    measured_ = true;
  }
  looked_at_ = now;
  departed_ = 0;
  if (oldest_wait <= kTargetMicros) {
    above_since_ = 0;
  } else if (above_since_ == 0) {
    above_since_ = now;
  }
  if (above_since_ != 0 && now - above_since_ >= kIntervalMicros) standing_ = true;
  if (oldest_wait < kTargetMicros / 2) standing_ = false;
}

uint32_t Congestion::retry_after_ms(size_t waiting, uint32_t unknown_ms) const {
  if (!measured_) return unknown_ms;
  const uint64_t wait_ms = (uint64_t{waiting} + 1) * 1000 / std::max<uint32_t>(per_second_, 1);
  return static_cast<uint32_t>(std::clamp<uint64_t>(wait_ms, kRetryMinMs, kRetryMaxMs));
}

}  // namespace bilten::broker
