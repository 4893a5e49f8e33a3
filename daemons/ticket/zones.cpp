#include "daemons/ticket/zones.h"

// As Debian builds the library: zones come from /usr/share/zoneinfo, never from the network.
#define USE_OS_TZDB 1
#include <date/tz.h>

#include <chrono>
#include <stdexcept>

namespace bilten::ticket {
namespace {

// On the wall. The library says "no such zone" and "a damaged file" by exceptions; both end here.
date::local_time<std::chrono::milliseconds> wall_time(
    std::string_view timezone, date::sys_time<std::chrono::milliseconds> at) {
  try {
    return date::locate_zone(timezone)->to_local(at);
  } catch (const std::runtime_error&) {
    return date::local_time<std::chrono::milliseconds>(at.time_since_epoch());
  }
}

}  // namespace

LocalTime local_time(std::string_view timezone, UnixMillis at) {
  const auto wall =
      wall_time(timezone, date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(at)));
  const auto midnight = date::floor<date::days>(wall);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(wall - midnight);
  return {.day = midnight.time_since_epoch().count(),
          .weekday = static_cast<int>(date::weekday(midnight).iso_encoding()) - 1,
          .minute = static_cast<int>(minutes.count())};
}

}  // namespace bilten::ticket
