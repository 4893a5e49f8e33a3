// What the event service remembers of dates.
#pragma once

#include "common/api/event_date_facts.h"
#include "common/store/rows.h"

namespace bilten::event {

using api::event::DateState;
using api::event::DateTerms;

struct DateRow {  // Key: date id.
  static constexpr std::string_view table = "date";
  Id event_id;
  DateTerms terms;
  static constexpr auto fields() {
    return field_list(field("event", &DateRow::event_id), field("terms", &DateRow::terms));
  }
};

struct DateOfEventRow {  // Key: event id, starts_at, date id.
  static constexpr std::string_view table = "event_date";
  static constexpr auto fields() { return field_list(); }
};

inline constexpr size_t kDateKeyBytes = 40;

// Before every date of the event that starts then or later.
inline std::string date_time_key(const Id& event_id, Instant starts_at) {
  return std::string(RowKey(event_id).number(static_cast<uint64_t>(starts_at.ms)));
}
inline std::string date_of_event_key(const Id& event_id, Instant starts_at, const Id& date_id) {
  return date_time_key(event_id, starts_at).append(date_id.view());
}

}  // namespace bilten::event
