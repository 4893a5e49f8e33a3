// Doors: what a ticket that is shown at a check-in list is judged by, and what it is told. A scan
// over the network (scans.cpp) and one that was made without it are judged by the same functions.
#pragma once

#include "common/api/ticket_doors.h"
#include "common/service/handlers.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// Everything a scan is judged by.
struct Door {
  Id list_id;
  ListRow list;
  Id ticket_id;
  TicketRow ticket;
  EventRow event;  // The list's.
  std::optional<AdmissionRow> admission;
};

// A ticket as it is shown.
struct Showing {
  TicketCode code;
  Direction direction = Direction::entry;
  UnixMillis at = 0;  // When it was shown: what times are compared with.
};

// Opens the list for who may scan on it: unknown_check_in_list, role_missing. No ticket is at the
// door yet.
Result<Door> open_door(const Rows& rows, const Person* person, const Id& list_id);
// Brings the ticket to the door; false: no such ticket.
bool show_ticket(const Rows& rows, const Id& ticket_id, Door& door);
// Why the ticket at the door is not let through; nothing: it is. In the order that decide_check_in
// names.
std::optional<ScanReason> reason_against(const Rows& rows, const Door& door,
                                         const Showing& showing);

// The problem a scan is refused with, and what staff need to know beyond it (refusals.cpp).
Error refusal_of(const Door& door, ScanReason reason);
Error invalid_code();
api::ticket::CheckInView admitted_view(const Rows& rows, const Door& door, Direction direction,
                                       Instant at);

// Counts the ticket in or out, as one that was let through (admissions.cpp): the list's counters,
// the ticket's admission to it and its state. `code_hash`: of the code, where it was checked.
void count_passage(Rows& rows, const api::ticket::Scan& scan,
                   const std::optional<Bytes>& code_hash);

// ---- scans over the network (scans.cpp) ----

// What a scan's code was found to be, before the batch: checking a signature takes 70 us.
struct CheckedCode {
  std::optional<TicketCode> code;  // Nothing: not one of ours.
  std::string hash;
};
// A code that was found genuine before is known by its hash; any other has its signature checked.
Result<CheckedCode> prepare_check_in(const Reader& reader, const api::ticket::CheckIn& message,
                                     std::string_view secret);
// unknown_check_in_list, role_missing, nonce_reused, (what a known nonce got before), invalid,
// wrong_event, revoked, cancelled, refunded, unpaid, wrong_type, too_late, not_yet,
// already_redeemed, not_inside. A ticket that is not let in is recorded and refused.
Decided<api::ticket::CheckInView> decide_check_in(const Rows& rows, const Context& context,
                                                  const api::ticket::CheckIn& message);

void apply(Rows& rows, const api::ticket::CheckInListAdded& fact);  // lists.cpp
void apply(Rows& rows, const api::ticket::CheckedIn& fact);
void apply(Rows& rows, const api::ticket::ScanRefused& fact);

}  // namespace bilten::ticket
