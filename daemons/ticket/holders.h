// Who has a ticket: who ordered it, until they gave it away, then whoever took it over.
#pragma once

#include "common/service/handlers.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/rows.h"
#include "daemons/ticket/transfer_rows.h"

namespace bilten::ticket {

// What somebody is to a ticket. `giver`: has ordered it, and given it away; sees that it is gone,
// and no code.
enum class TicketAccess : uint8_t { none, giver, holder, manager };

inline std::string holder_ticket_key(const Id& person_id, const Id& transfer_id) {
  return key_of(person_id, newest_first(transfer_id));
}

OrderRow order_of(const Rows& rows, const TicketRow& ticket);
std::optional<HolderRow> find_holder(const Rows& rows, const Id& ticket_id);
TicketAccess ticket_access(const Rows& rows, const Person* person, const OrderKeys& keys,
                           const Id& ticket_id, const TicketRow& ticket,
                           const std::optional<std::string>& shown_secret);

// The code that accepts a transfer, and the secret that then opens the ticket: both follow from the
// transfer's id and the service's secret, so a ticket that moves on leaves them worthless.
std::string transfer_code(std::string_view service_secret, const Id& transfer_id);
std::string holder_secret(std::string_view service_secret, const Id& transfer_id);

// 16 bytes that know a holder again: a person's id, or the keyed hash of a guest's address.
Bytes holder_key(const Rows& rows, const Id& ticket_id, const TicketRow& ticket);

}  // namespace bilten::ticket
