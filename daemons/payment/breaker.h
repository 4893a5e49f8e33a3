// Keeps us from leaning on a provider that is down: after some failures in a row nothing is asked
// for a while, then one request tries. Pure: the time is handed in.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace bilten::payment {

struct BreakerLimits {
  int failures_to_open = 5;                 // In a row.
  SteadyMicros rest_us = 5'000'000;         // Of the first time; each failed trial doubles it ...
  SteadyMicros rest_us_max = 30'000'000;    // ... up to this: buyers wait, and one call is no load.
  SteadyMicros trial_us_max = 120'000'000;  // A trial that says nothing for so long has failed.
  SteadyMicros beside_us = 1'000'000;       // Who comes during a trial, which is mostly short.
};

class Breaker {
 public:
  explicit Breaker(const BreakerLimits& limits = {}) : limits_(limits) {}

  // How long to wait before asking; 0: ask now, and say how it ended. At most one caller at a time
  // gets 0 while the breaker is open.
  SteadyMicros wait_us(SteadyMicros now);
  // The provider answered, whatever it said.
  void answered();
  // It did not, or said that it is broken.
  void failed(SteadyMicros now);

  bool is_open() const { return state_ != State::closed; }

 private:
  const BreakerLimits limits_;
  enum class State : uint8_t { closed, open, trial };
  State state_ = State::closed;
  int failures_ = 0;
  SteadyMicros rest_us_ = 0;   // The present rest, or the last.
  SteadyMicros until_us_ = 0;  // Of the rest, or of the trial's patience.
};

}  // namespace bilten::payment
