// What the ticket daemon remembers of the dates of events that have several.
#pragma once

#include "common/api/event_date_facts.h"
#include "common/store/rows.h"

namespace bilten::ticket {

using api::event::DateState;

// Key: date id. As the event service announced it last.
struct DateRow {
  static constexpr std::string_view table = "date";
  Id event_id;
  api::event::DateTerms terms;
  Instant changed_at;
  static constexpr auto fields() {
    return field_list(field("event", &DateRow::event_id), field("terms", &DateRow::terms),
                      field("changed_at", &DateRow::changed_at));
  }
};

}  // namespace bilten::ticket
