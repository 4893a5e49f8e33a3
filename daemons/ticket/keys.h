// The keys that sign an event's ticket codes: which is current, which are still accepted. The pairs
// themselves are derived (event_key in code.h); rows hold their ids alone.
#pragma once

#include "common/api/ticket_keys.h"
#include "common/service/handlers.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// As the event's rotations left it; without any, its first key is the only one.
EventKeysRow find_keys(const Rows& rows, const Id& event_id);
// The event has had this key: a code of a later one cannot be ours.
bool has_key(const Rows& rows, const TicketCode& code);
// No: the codes of its key were revoked as a whole.
bool accepts_key(const Rows& rows, const TicketCode& code);

api::ticket::TicketKey view_of_key(const Id& event_id, const EventKeysRow& keys, int64_t key_id,
                                   std::string_view secret);

// unknown_event, role_missing, too_many_keys
Decided<api::ticket::TicketKey> decide_rotate_keys(const Rows& rows, const Context& context,
                                                   const api::ticket::RotateTicketKeys& message,
                                                   std::string_view secret);

void apply(Rows& rows, const api::ticket::KeyRotated& fact);

}  // namespace bilten::ticket
