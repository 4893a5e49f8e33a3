// All tickets of an event with whom they are for, as its managers see them: in pages, and for
// spreadsheets.
#pragma once

#include "common/api/ticket_attendees.h"
#include "common/service/handlers.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// unknown_event, role_missing, invalid
Result<api::ListOf<api::ticket::EventAttendee>> list_event_attendees(
    const Reader& reader, const api::ticket::ListEventAttendees& message);
// unknown_event, role_missing, unknown_ticket, too_large
Result<Content> event_attendees_csv(const Reader& reader,
                                    const api::ticket::ReadAttendeesCsv& message);

}  // namespace bilten::ticket
