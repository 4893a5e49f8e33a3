// Dates of events that have several: when what is sold takes place, and until when it is sold. What
// has no date takes place as its event does, and no date's row is read for it.
#pragma once

#include <set>
#include <vector>

#include "common/service/handlers.h"
#include "daemons/ticket/date_rows.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// The date, which the event service has announced before anything here could name it.
DateRow date_of(const Rows& rows, const Id& date_id);
// What a ticket of the type is for; nothing: the whole event. Reads the type only where the event
// has dates.
std::optional<Id> date_id_of_type(const Rows& rows, const EventRow& event, const Id& type_id);

// When something takes place.
struct Schedule {
  Instant starts_at, ends_at, doors_at;
  bool is_cancelled = false;  // It does not: the date, or its whole event.
};
Schedule schedule_of(const EventRow& event, const DateRow& date);
// What tickets of the type are for.
Schedule schedule_of_type(const Rows& rows, const EventRow& event, const Id& type_id);
// What an order is for: cancelled where any of it is, over where the first of it is.
Schedule schedule_of_lines(const Rows& rows, const EventRow& event, const std::vector<Line>& lines);

// What the view of a ticket says of its date.
void show_date(const Id& date_id, const Schedule& schedule, api::ticket::TicketView& view);

// When the type is sold no more: by its own terms, or when its date ends. Absent: with the event.
std::optional<Instant> sales_end_of(const Rows& rows, const TypeTerms& terms);
// date_cancelled: nothing is sold for the type's date any more.
Status check_date_stands(const Rows& rows, const TypeTerms& terms);
// The same, and not_on_sale: the date is over, for staff as well.
Status check_date_to_come(const Rows& rows, const TypeTerms& terms, UnixMillis now);
// unknown_date: it is none of the event's.
Status check_date_known(const Rows& rows, const Id& event_id, const std::optional<Id>& date_id);

// The event's types whose date is over or cancelled.
std::set<Id> types_of_past_dates(const Rows& rows, const Id& event_id, const EventRow& event,
                                 UnixMillis now);

// Notes a date's fact of the event service; false: it is none.
bool note_date(Rows& rows, std::string_view name, std::string_view body);

}  // namespace bilten::ticket
