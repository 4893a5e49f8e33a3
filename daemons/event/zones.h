// Time zones: the system's tz database, read once per zone and kept. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace bilten::event {

// Whether the database has this IANA name; exact in its letters' case.
bool zone_exists(std::string_view timezone);

// The wall time in the zone, to the minute: "2027-03-28T20:00". Nothing: no such zone, or no more.
std::optional<std::string> local_time(std::string_view timezone, UnixMillis at);

}  // namespace bilten::event
