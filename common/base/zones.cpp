#include "common/base/zones.h"

// As Debian builds the library: zones come from /usr/share/zoneinfo, never from the network.
#define USE_OS_TZDB 1
#include <date/tz.h>

#include <chrono>
#include <sstream>
#include <stdexcept>

namespace bilten {
namespace {

using std::chrono::milliseconds;
using WallTime = date::local_time<milliseconds>;

// The library says "no such zone" and "a damaged file" by exceptions; both end here.
const date::time_zone* find_zone(std::string_view timezone) {
  try {
    return date::locate_zone(timezone);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

std::optional<WallTime> find_wall_time(std::string_view timezone, UnixMillis at) {
  const auto* zone = find_zone(timezone);
  if (!zone) return std::nullopt;
  try {
    return zone->to_local(date::sys_time<milliseconds>(milliseconds(at)));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

// Exactly "2027-03-28T20:00".
std::optional<date::local_time<std::chrono::minutes>> parse_wall(std::string_view text) {
  constexpr std::string_view kForm = "2027-03-28T20:00";
  if (text.size() != kForm.size()) return std::nullopt;
  std::istringstream in{std::string(text)};
  date::local_time<std::chrono::minutes> wall;
  in >> date::parse("%Y-%m-%dT%H:%M", wall);
  if (in.fail() || date::format("%Y-%m-%dT%H:%M", wall) != text) return std::nullopt;
  return wall;
}

}  // namespace

bool zone_exists(std::string_view timezone) {
  return find_zone(timezone) != nullptr;
}

LocalTime local_time(std::string_view timezone, UnixMillis at) {
  const auto wall = find_wall_time(timezone, at).value_or(WallTime(milliseconds(at)));
  const auto midnight = date::floor<date::days>(wall);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(wall - midnight);
  return {.day = midnight.time_since_epoch().count(),
          .weekday = static_cast<int>(date::weekday(midnight).iso_encoding()) - 1,
          .minute = static_cast<int>(minutes.count())};
}

std::optional<std::string> local_text(std::string_view timezone, UnixMillis at) {
  const auto wall = find_wall_time(timezone, at);
  if (!wall) return std::nullopt;
  return date::format("%Y-%m-%dT%H:%M", date::floor<std::chrono::minutes>(*wall));
}

std::optional<UnixMillis> instant_of(std::string_view timezone, std::string_view text,
                                     Twice twice) {
  const auto* zone = find_zone(timezone);
  const auto wall = parse_wall(text);
  if (!zone || !wall) return std::nullopt;
  try {
    // Of a skipped time the library's answer for either choice is the moment of the change.
    const auto choice = twice == Twice::first ? date::choose::earliest : date::choose::latest;
    const auto at = zone->to_sys(*wall, choice);
    return std::chrono::duration_cast<milliseconds>(at.time_since_epoch()).count();
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::optional<std::string> later_text(std::string_view text, int days) {
  const auto wall = parse_wall(text);
  if (!wall) return std::nullopt;
  return date::format("%Y-%m-%dT%H:%M", *wall + date::days(days));
}

}  // namespace bilten
