#include "common/service/clock_guard.h"

#include <cstdlib>

namespace bilten {

ClockGuard::Look ClockGuard::look(UnixMillis wall, SteadyMicros steady) {
  const int64_t steady_ms = steady / 1000;
  const int64_t offset = wall - steady_ms;
  // Small steps (NTP slewing, a leap second) are followed at once.
  if (!offset_ || std::abs(offset - *offset_) <= kJumpMs) {
    offset_ = offset;
    jump_.reset();
    return {wall, Verdict::steady};
  }
  if (!jump_ || std::abs(offset - jump_->offset) > kJumpMs) {
    jump_ = {offset, steady_ms};
    return {steady_ms + *offset_, Verdict::jumped};
  }
  if (steady_ms - jump_->seen_at < kConfirmMs) return {steady_ms + *offset_, Verdict::steady};
  offset_ = offset;
  jump_.reset();
  return {wall, Verdict::confirmed};
}

}  // namespace bilten
