// Looking for tickets at a door, whose code cannot be read or is not at hand.
#pragma once

#include "common/api/ticket_lists.h"
#include "common/service/handlers.h"

namespace bilten::ticket {

// unknown_check_in_list, role_missing, invalid (the cursor). A call looks at a bounded number of
// orders and goes on from there by the cursor: names are sealed, so that no index can hold them.
Result<api::ListOf<api::ticket::FoundTicket>> find_list_tickets(
    const Reader& reader, const api::ticket::FindListTickets& message);

}  // namespace bilten::ticket
