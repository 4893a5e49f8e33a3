// The rules of dates: an event that takes place more than once has some (docs/dates.md).
#pragma once

#include <vector>

#include "common/api/event_dates.h"
#include "common/service/handlers.h"
#include "daemons/event/date_rows.h"
#include "daemons/event/rows.h"

namespace bilten::event {

// unknown_event, role_missing, wrong_state, invalid, date_outside_event, too_many_dates
Decided<api::event::DateView> decide_add_date(const Rows& rows, const Context& context,
                                              const api::event::AddDate& message);
// The same; all of the dates are added, or none.
Decided<api::ListOf<api::event::RepeatedDate>> decide_repeat_dates(
    const Rows& rows, const Context& context, const api::event::RepeatDates& message);
// unknown_event, role_missing, unknown_date, version_mismatch, wrong_state, date_cancelled,
// date_over, invalid, date_outside_event
Decided<api::event::DateView> decide_change_date(const Rows& rows, const Context& context,
                                                 const api::event::ChangeDate& message);
// unknown_event, role_missing, unknown_date, wrong_state, date_cancelled, date_over
Decided<api::event::DateView> decide_cancel_date(const Rows& rows, const Context& context,
                                                 const api::event::CancelDate& message);
// date_outside_event: a date that is scheduled would not lie within these terms of its event.
Status check_dates_within(const Rows& rows, const Id& event_id, const Terms& terms);

Error unknown_date();
// With the times on the wall of the event.
api::event::DateView view_of_date(const Id& date_id, const DateRow& date,
                                  const std::string& timezone);

void apply(Rows& rows, const api::event::DateAdded& fact);
void apply(Rows& rows, const api::event::DateChanged& fact);
void apply(Rows& rows, const api::event::DateCancelled& fact);

// Dates' rows of the service's table (service_dates.cpp).
std::vector<TableRow> date_table();

}  // namespace bilten::event
