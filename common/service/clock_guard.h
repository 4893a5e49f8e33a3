// The time of batches: the wall clock, unless it jumps. A jump of over a minute against the steady
// clock is believed only when a second look, five seconds later or more, still sees it.
#pragma once

#include <optional>

#include "common/base/clock.h"

namespace bilten {

class ClockGuard {
 public:
  static constexpr int64_t kJumpMs = 60'000;
  static constexpr int64_t kConfirmMs = 5'000;

  enum class Verdict : uint8_t { steady, jumped, confirmed };  // The last two deserve an alarm.
  struct Look {
    UnixMillis now = 0;
    Verdict verdict = Verdict::steady;
  };
  Look look(UnixMillis wall, SteadyMicros steady);

 private:
  struct Jump {
    int64_t offset = 0;
    int64_t seen_at = 0;  // Steady milliseconds.
  };
  std::optional<int64_t> offset_;  // Wall minus steady, believed.
  std::optional<Jump> jump_;
};

}  // namespace bilten
