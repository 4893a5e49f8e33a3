// The text of one log line, apart from where and how often it is written.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/process/log.h"

namespace bilten {

// What a reader of pipes takes in one piece (PIPE_BUF).
inline constexpr size_t kLogLineMax = 4096;

enum class LogStyle : uint8_t {
  json,     // {"at":...,"level":...,"program":...,"what":...,<fields>}
  journal,  // The same behind "<N>", the priority that systemd's journal takes off.
  text,     // For a terminal: time, level, what, key=value.
};

// Ends with a line feed, is at most kLogLineMax bytes long, and holds no other control character.
// Where the fields do not fit, values are cut and the last fields are left out.
std::string log_line(LogStyle style, UnixMillis at, std::string_view program, LogLevel level,
                     std::string_view what, LogFields fields);

// How often one `what` may be written.
class LogBudget {
 public:
  static constexpr uint32_t kLinesPerSecond = 100;
  struct Verdict {
    bool write = true;
    uint32_t left_out = 0;  // Lines of this kind dropped in the second before; to be told now.
  };
  Verdict take(std::string_view what, SteadyMicros now);

 private:
  struct Slot {
    size_t kind = 0;
    SteadyMicros since = 0;
    uint32_t count = 0;
  };
  // Kinds that meet in one slot only take it from each other.
  std::array<Slot, 256> slots_{};
};

}  // namespace bilten
