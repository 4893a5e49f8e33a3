#include "common/base/clock.h"

#include <time.h>

namespace bilten {

UnixMillis SystemClock::wall_ms() const {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

SteadyMicros SystemClock::steady_us() const {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}

}  // namespace bilten
