// From rows to what a ticket's print or a calendar says of its event. Pure functions.
#pragma once

#include <optional>
#include <string>

#include "daemons/ticket/date_rows.h"
#include "daemons/ticket/ics.h"
#include "daemons/ticket/pdf.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// The language of the text that suits best who asked for `language`: that, or its family ("pt" for
// "pt-BR"); nothing: the plain text is best, or there is no other.
std::optional<std::string> language_of(const Text& text,
                                       const std::optional<std::string>& language);
// The text in that language, else the plain one, else the English one, else any.
std::string text_in(const Text& text, const std::optional<std::string>& language);

// Without tickets, holder and order code: only what is the whole event's.
Printout printout_of(const EventRow& event, const EventDetailsRow& details,
                     const std::optional<std::string>& language);
CalendarEvent calendar_event_of(const Id& event_id, const EventRow& event,
                                const EventDetailsRow& details,
                                const std::optional<std::string>& language);
// The same of one of its dates.
CalendarEvent calendar_event_of(CalendarEvent event, const Id& date_id, const DateRow& date,
                                const std::optional<std::string>& language);

}  // namespace bilten::ticket
