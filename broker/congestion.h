// Whether the queue of a service stands rather than flows, after CoDel (RFC 8289): a burst may
// wait, but once the oldest request has waited over 100 ms for 100 ms on end, newer work only makes
// all wait; it is refused early then, bulk first. Also measures how fast the queue drains, so that
// who is refused hears when to come back. Looked at every kLookMicros while something waits.
#pragma once

#include <cstddef>

#include "common/base/clock.h"

namespace bilten::broker {

class Congestion {
 public:
  static constexpr SteadyMicros kTargetMicros = 100'000;
  static constexpr SteadyMicros kIntervalMicros = 100'000;
  static constexpr SteadyMicros kLookMicros = 20'000;
  static constexpr uint32_t kRetryMinMs = 10, kRetryMaxMs = 5000;

  // The next moment to look: all services are looked at together.
  static SteadyMicros next_look(SteadyMicros now) { return (now / kLookMicros + 1) * kLookMicros; }
  // `oldest_wait`: of the request that has waited longest, 0 where none waits.
  void look(SteadyMicros now, SteadyMicros oldest_wait);
  // From the standing on until the oldest has waited less than half the target.
  bool is_standing() const { return standing_; }
  // One that waited went to a worker.
  void departed() { ++departed_; }
  // How long until `waiting` requests have gone at the pace measured; `unknown_ms` before any
  // measure.
  uint32_t retry_after_ms(size_t waiting, uint32_t unknown_ms) const;

 private:
  bool standing_ = false;
  bool measured_ = false;
  uint32_t departed_ = 0;         // Since looked_at_.
  uint32_t per_second_ = 0;       // Smoothed.
  SteadyMicros looked_at_ = 0;    // 0: not yet.
  SteadyMicros above_since_ = 0;  // 0: the oldest has not waited too long.
};

}  // namespace bilten::broker
