// Check-in lists: their terms, and what they count.
#pragma once

#include "common/api/ticket_lists.h"
#include "common/service/handlers.h"
#include "daemons/ticket/door_rows.h"

namespace bilten::ticket {

// unknown_event, role_missing, invalid, unknown_ticket_type, unknown_date, too_many_lists
Decided<api::ticket::CheckInListView> decide_add_list(const Rows& rows, const Context& context,
                                                      const api::ticket::AddCheckInList& message);
// unknown_check_in_list, role_missing, invalid, unknown_ticket_type, unknown_date
Decided<api::ticket::CheckInListView> decide_change_list(
    const Rows& rows, const Context& context, const api::ticket::ChangeCheckInList& message);
// unknown_check_in_list, role_missing, list_in_use
Decided<Nothing> decide_remove_list(const Rows& rows, const Context& context,
                                    const api::ticket::RemoveCheckInList& message);

// In the order they were added.
std::vector<Id> lists_of_event(const Rows& rows, const Id& event_id);
api::ticket::CheckInListView view_of_list(const Rows& rows, const Id& list_id, const ListRow& list);

void apply(Rows& rows, const api::ticket::CheckInListAdded& fact);
void apply(Rows& rows, const api::ticket::CheckInListChanged& fact);
void apply(Rows& rows, const api::ticket::CheckInListRemoved& fact);

}  // namespace bilten::ticket
