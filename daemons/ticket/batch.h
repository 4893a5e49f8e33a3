// Scans that a scanner made without a network, as it brings them back. They happened: each is
// recorded, in the order of its time, whatever would have been said of it; where it would have been
// refused it is a conflict beside.
#pragma once

#include "common/api/ticket_offline.h"
#include "common/service/handlers.h"
#include "daemons/ticket/offline_rows.h"

namespace bilten::ticket {

// When a scan was made, by our clock: what the scanner's said then, corrected by how far it is off
// now, and never in the future.
Instant corrected(Instant scanned_at, Instant device_now, UnixMillis now);

// unknown_check_in_list, role_missing, wrong_gate
Decided<api::ticket::BatchView> decide_batch(const Rows& rows, const Context& context,
                                             const api::ticket::CheckInBatch& message);

// For door staff. unknown_check_in_list, role_missing, invalid (the cursor)
Result<api::ListOf<api::ticket::ConflictView>> read_conflicts(
    const Reader& reader, const api::ticket::ListConflicts& message);

void apply(Rows& rows, const api::ticket::ScanConflicted& fact);

}  // namespace bilten::ticket
