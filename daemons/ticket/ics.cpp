#include "daemons/ticket/ics.h"

#include <cmath>

#include "common/base/time.h"

namespace bilten::ticket {
namespace {

constexpr size_t kLineMax = 75;  // Bytes, without the line's end.

bool continues_character(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
}

void add_line(std::string& into, std::string_view line) {
  size_t room = kLineMax;
  while (line.size() > room) {
    size_t cut = room;
    while (continues_character(line[cut])) --cut;
    into.append(line.substr(0, cut)).append("\r\n ");
    line.remove_prefix(cut);
    room = kLineMax - 1;  // The space that marks a folded line counts.
  }
  into.append(line).append("\r\n");
}

// Section 3.3.11: what has a meaning of its own in a value is escaped; a CR says nothing beside LF.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == ';' || c == ',') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c != '\r') {
      out += c;
    }
  }
  return out;
}

// "20261128T180000Z", from "2026-11-28T18:00:00Z".
std::string utc(UnixMillis at) {
  std::string text;
  for (const char c : rfc3339(at / 1000 * 1000)) {
    if (c != '-' && c != ':') text += c;
  }
  return text;
}

// Section 3.8.1.6 asks for six decimals at most.
std::string degrees(double value) {
  const auto millionths = std::llround(std::abs(value) * 1e6);
  const auto decimals = std::to_string(millionths % 1'000'000);
  return (value < 0 && millionths > 0 ? "-" : "") + std::to_string(millionths / 1'000'000) + '.' +
         std::string(6 - decimals.size(), '0') + decimals;
}

void add_event(std::string& out, const CalendarEvent& event) {
  add_line(out, "BEGIN:VEVENT");
  add_line(out, "UID:" + escaped(event.uid));
  add_line(out, "SEQUENCE:" + std::to_string(event.version));
  add_line(out, "DTSTAMP:" + utc(event.changed_at));
  add_line(out, "DTSTART:" + utc(event.starts_at));
  add_line(out, "DTEND:" + utc(event.ends_at));
  add_line(out, event.is_cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED");
  add_line(out, "SUMMARY:" + escaped(event.title));
  if (!event.place.empty()) add_line(out, "LOCATION:" + escaped(event.place));
  if (event.position) {
    add_line(out, "GEO:" + degrees(event.position->first) + ';' + degrees(event.position->second));
  }
  add_line(out, "END:VEVENT");
}

}  // namespace

std::string calendar_ics(const std::vector<CalendarEvent>& events) {
  std::string out;
  add_line(out, "BEGIN:VCALENDAR");
  add_line(out, "VERSION:2.0");
  add_line(out, "PRODID:-//Bilten//Tickets//EN");
  for (const auto& event : events) add_event(out, event);
  add_line(out, "END:VCALENDAR");
  return out;
}

}  // namespace bilten::ticket
