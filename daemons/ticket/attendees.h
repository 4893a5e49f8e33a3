// Whom the tickets are for, as the vault keeps it: under the order and the ticket's place in it, so
// that it can be kept before the tickets of a held order exist.
#pragma once

#include "common/api/ticket_attendees.h"
#include "common/service/handlers.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// `index`: the ticket's place among the order's.
inline std::string attendee_key(const Id& order_id, size_t index) {
  return std::string(RowKey().text("attendee/").id(order_id).number(index));
}

// The ticket's place in its order; nothing: the order has it no more.
std::optional<size_t> place_of(const OrderRow& order, const Id& ticket_id);
// Nothing: nobody said.
std::optional<api::ticket::Attendee> find_attendee(const Vault& vault, const Id& order_id,
                                                   size_t index);
std::optional<api::ticket::Attendee> find_attendee(const Vault& vault, const Rows& rows,
                                                   const Id& ticket_id);

}  // namespace bilten::ticket
