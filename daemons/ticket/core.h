// The rules of selling and admitting, each area's in a header of its own: decide_* reads rows and
// answers facts or a refusal; apply alone changes rows, and evolve calls it by a fact's name. The
// order in which a decide names its refusals is the order it checks them in.
#pragma once

#include "common/api/ticket_doors.h"
#include "common/service/handlers.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// ---- events, as the event service announces them ----

// A new event has the check-in list "Main".
Effects decide_drafted(const Rows& rows, const Context& context, const api::event::Drafted& fact);

// ---- doors (doors.cpp) ----

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

// ---- evolve ----

// Applies one fact by name: one of this service, or one it noted from the event service.
void evolve(Rows& rows, std::string_view name, std::string_view body);

void apply(Rows& rows, const api::ticket::CheckInListAdded& fact);  // doors.cpp
void apply(Rows& rows, const api::ticket::CheckedIn& fact);
void apply(Rows& rows, const api::ticket::ScanRefused& fact);

}  // namespace bilten::ticket
