// Time on the wall of an IANA zone, from the system's tz database, read once per zone and kept. Any
// thread. Who uses it links date-tz.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace bilten {

// Whether the database has this name; exact in its letters' case.
bool zone_exists(std::string_view timezone);

struct LocalTime {
  int64_t day = 0;  // Since 1970-01-01.
  int weekday = 0;  // 0: Monday.
  int minute = 0;   // Of the day, on the clock on the wall: 0 to 1439.
};
// UTC where the database has no such zone (any more).
LocalTime local_time(std::string_view timezone, UnixMillis at);

// To the minute: "2027-03-28T20:00". Nothing: no such zone, or no more.
std::optional<std::string> local_text(std::string_view timezone, UnixMillis at);

// Of a time that the wall shows twice, when clocks go back.
enum class Twice : uint8_t { first, last };
// When the wall shows such a text. A time that it skips, when clocks go forward, is the moment they
// do. Nothing: no such zone, or no such time.
std::optional<UnixMillis> instant_of(std::string_view timezone, std::string_view text, Twice twice);

// The text of the same time on the wall so many days later. Nothing: no such time.
std::optional<std::string> later_text(std::string_view text, int days);

}  // namespace bilten
