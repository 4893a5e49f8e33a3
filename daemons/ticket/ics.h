// Events as a calendar takes them: iCalendar (RFC 5545), a VEVENT each. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"

namespace bilten::ticket {

struct CalendarEvent {
  std::string uid;      // The same for each version of the event, so that a calendar replaces it.
  int64_t version = 1;  // Rises with every change.
  UnixMillis changed_at = 0, starts_at = 0, ends_at = 0;
  bool is_cancelled = false;
  std::string title, place;
  std::optional<std::pair<double, double>> position = {};  // Degrees north, degrees east.
};

// The whole file: lines end in CRLF and are folded at 75 bytes, never within a character.
std::string calendar_ics(const std::vector<CalendarEvent>& events);

}  // namespace bilten::ticket
