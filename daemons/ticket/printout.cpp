#include "daemons/ticket/printout.h"

#include <algorithm>

#include "common/wire/any_text.h"

namespace bilten::ticket {
namespace {

// "El Borg, Cairo, EG": what there is of it, on one line.
std::string address_of(const api::event::Venue& venue) {
  std::string line;
  for (const auto& part : {venue.address, venue.city, venue.country}) {
    if (part.empty()) continue;
    if (!line.empty()) line += ", ";
    line += part;
  }
  for (auto& c : line) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return line;
}

}  // namespace

std::optional<std::string> language_of(const Text& text,
                                       const std::optional<std::string>& language) {
  if (!language) return std::nullopt;
  for (const auto& wanted : {*language, language->substr(0, language->find('-'))}) {
    if (text.by_language.contains(wanted)) return wanted;
  }
  return std::nullopt;
}

std::string text_in(const Text& text, const std::optional<std::string>& language) {
  if (const auto found = language_of(text, language)) return text.by_language.at(*found);
  return any_text(text);
}

Printout printout_of(const EventRow& event, const EventDetailsRow& details,
                     const std::optional<std::string>& language) {
  const auto venue = details.venue.value_or(api::event::Venue{});
  Printout printout;
  // What nobody wrote the title in says nothing of its letters, and Pango keeps every name it
  // hears.
  printout.language = language_of(details.title, language).value_or("");
  printout.event_title = text_in(details.title, language);
  printout.venue_name = venue.name;
  printout.address = address_of(venue);
  printout.timezone = event.terms.timezone;
  return printout;
}

CalendarEvent calendar_event_of(const Id& event_id, const EventRow& event,
                                const EventDetailsRow& details,
                                const std::optional<std::string>& language) {
  const auto venue = details.venue.value_or(api::event::Venue{});
  CalendarEvent calendar;
  calendar.uid = event_id.text();
  calendar.version = event.terms.version;
  calendar.changed_at = details.changed_at.ms;
  calendar.starts_at = event.terms.starts_at.ms;
  calendar.ends_at = event.terms.ends_at.ms;
  calendar.is_cancelled = event.terms.state == api::event::State::cancelled;
  calendar.title = text_in(details.title, language);
  const auto address = address_of(venue);
  calendar.place = venue.name + (venue.name.empty() || address.empty() ? "" : ", ") + address;
  if (venue.lat && venue.lon) calendar.position = {{*venue.lat, *venue.lon}};
  return calendar;
}

CalendarEvent calendar_event_of(CalendarEvent event, const Id& date_id, const DateRow& date,
                                const std::optional<std::string>& language) {
  event.uid = date_id.text();
  event.version += date.terms.version;  // Rises with either.
  event.changed_at = std::max(event.changed_at, date.changed_at.ms);
  event.starts_at = date.terms.starts_at.ms;
  event.ends_at = date.terms.ends_at.ms;
  event.is_cancelled = event.is_cancelled || date.terms.state == DateState::cancelled;
  if (date.terms.label) event.title += ": " + text_in(*date.terms.label, language);
  return event;
}

}  // namespace bilten::ticket
