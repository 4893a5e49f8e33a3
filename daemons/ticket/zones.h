// Local time of an event, from the system's tz database, read once per zone and kept. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/clock.h"

namespace bilten::ticket {

struct LocalTime {
  int64_t day = 0;  // Since 1970-01-01.
  int weekday = 0;  // 0: Monday.
  int minute = 0;   // Of the day, on the clock on the wall: 0 to 1439.
};

// In the IANA zone; UTC where the database has no such zone (any more).
LocalTime local_time(std::string_view timezone, UnixMillis at);

}  // namespace bilten::ticket
