// Time as data: handlers receive it, nobody asks the operating system for it. Only the shells of
// processes hold a SystemClock; the simulator and tests hold clocks of their own.
#pragma once

#include <cstdint>

namespace bilten {

using UnixMillis = int64_t;    // Milliseconds since 1970-01-01T00:00:00Z.
using SteadyMicros = int64_t;  // Microseconds on a clock that never jumps; its zero means nothing.

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UnixMillis wall_ms() const = 0;
  virtual SteadyMicros steady_us() const = 0;
};

class SystemClock final : public Clock {
 public:
  UnixMillis wall_ms() const override;
  SteadyMicros steady_us() const override;
};

}  // namespace bilten
