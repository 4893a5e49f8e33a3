// What a scanner takes along for the time without a network, and how it keeps up: pages of tuples,
// each telling of one ticket all that a door needs.
#pragma once

#include "common/api/ticket_offline.h"
#include "common/service/handlers.h"

namespace bilten::ticket {

// Where a page stands in the journal. A journal that was restored has another epoch.
std::string position_at(const Head& head, uint64_t seq);

// unknown_check_in_list, role_missing, invalid (the cursor)
Result<Content> read_snapshot(const Reader& reader, const api::ticket::ReadSnapshot& message,
                              std::string_view secret);
// unknown_check_in_list, role_missing, invalid (the position), snapshot_again
Result<Content> read_changes(const Reader& reader, const api::ticket::ReadChanges& message,
                             std::string_view secret);

}  // namespace bilten::ticket
