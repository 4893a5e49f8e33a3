// How well a worker answers: the share of its answers that were failures, which makes it the less
// likely to be chosen, and a breaker, which lets nothing through for a while once too many were.
// Failures are the worker's own (internal, unavailable, no capacity, a budget that ended there),
// never a service's no. Plain integers; time is handed in.
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten::broker {

class Health {
 public:
  static constexpr uint32_t kOne = 1 << 16;  // A share of failures of 1.
  static constexpr uint32_t kAnswersMin = 20;
  static constexpr SteadyMicros kWindowMicros = 10'000'000;
  static constexpr SteadyMicros kPauseMinMicros = 1'000'000;
  static constexpr SteadyMicros kPauseMaxMicros = 30'000'000;

  enum class Change : uint8_t { none, opened, closed };

  // The share of failures in 1/65536, the newest answers counting most. Halves every 4.2 s without
  // an answer: who is not chosen must become eligible again.
  uint32_t failures(SteadyMicros now) const;
  // What the load is multiplied by, in 1/65536: 1 + 8 x failures.
  uint64_t penalty(SteadyMicros now) const { return kOne + uint64_t{8} * failures(now); }

  bool is_closed() const { return pause_ == 0; }
  // Closed, or due for a probe that nobody has yet.
  bool admits(SteadyMicros now) const {
    return is_closed() || (now >= opened_at_ + pause_ && !probing_);
  }

  // A request was given to the worker.
  void sent(SteadyMicros now) { probing_ = !is_closed() && now >= opened_at_ + pause_; }
  // It was answered, or its budget ended there. What was sent before the breaker opened says
  // nothing about the worker since.
  Change answered(SteadyMicros now, SteadyMicros sent_at, bool well);
  // The worker has it no more, however it ended.
  void released(SteadyMicros sent_at) {
    if (sent_at > opened_at_) probing_ = false;
  }

 private:
  void open(SteadyMicros now);

  uint32_t share_ = 0;
  uint32_t answers_ = 0, failed_ = 0;  // In the window.
  bool probing_ = false;
  SteadyMicros judged_at_ = 0, window_at_ = 0;
  SteadyMicros opened_at_ = 0;
  SteadyMicros pause_ = 0;  // 0: closed.
};

// What the end of a request at its worker says about the worker: a service's no is an answer like
// any other. A budget that ended proves something only where the worker has had the request for
// kSlowMicros: clients choose budgets.
enum class Verdict : uint8_t { none, well, failed };
inline constexpr SteadyMicros kSlowMicros = 500'000;
Verdict verdict_on(Code code, SteadyMicros held);

}  // namespace bilten::broker
