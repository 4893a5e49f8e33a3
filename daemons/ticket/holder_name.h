// What who has a ticket is called, as the vault knows it.
#pragma once

#include <optional>
#include <string>

#include "common/service/handlers.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// Whom it is said to be for; else who ordered it, unless they gave it away. Nothing: nobody said,
// or it was erased.
std::optional<std::string> holder_name(const Reader& reader, const Id& ticket_id,
                                       const TicketRow& ticket);
// The same where the order is at hand.
std::optional<std::string> holder_name(const Reader& reader, const Id& ticket_id,
                                       const Id& order_id, const OrderRow& order);

// Its first word.
inline std::string first_name_of(const std::string& name) {
  return name.substr(0, name.find(' '));
}

}  // namespace bilten::ticket
