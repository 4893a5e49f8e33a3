#include "daemons/event/zones.h"

// As Debian builds the library: zones come from /usr/share/zoneinfo, never from the network.
#define USE_OS_TZDB 1
#include <date/tz.h>

#include <chrono>
#include <stdexcept>

namespace bilten::event {
namespace {

// The library says "no such zone" and "no database" by exceptions; both end here.
const date::time_zone* find_zone(std::string_view timezone) {
  try {
    return date::locate_zone(timezone);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

}  // namespace

bool zone_exists(std::string_view timezone) {
  return find_zone(timezone) != nullptr;
}

std::optional<std::string> local_time(std::string_view timezone, UnixMillis at) {
  const auto* zone = find_zone(timezone);
  if (!zone) return std::nullopt;
  const auto instant = date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(at));
  try {
    const auto wall = date::floor<std::chrono::minutes>(zone->to_local(instant));
    return date::format("%Y-%m-%dT%H:%M", wall);
  } catch (const std::runtime_error&) {  // A damaged zone file.
    return std::nullopt;
  }
}

}  // namespace bilten::event
