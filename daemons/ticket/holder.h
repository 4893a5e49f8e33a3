// What a ticket's holder is called, as the vault knows it.
#pragma once

#include <optional>
#include <string>

#include "daemons/ticket/buyer.h"

namespace bilten::ticket {

// Nothing: erased.
inline std::optional<std::string> find_holder(const Vault& vault, const TicketRow& ticket) {
  auto buyer = find_buyer(vault, ticket.order_id);
  return buyer && !buyer->name.empty() ? std::optional(std::move(buyer->name)) : std::nullopt;
}

// Its first word.
inline std::string first_name_of(const std::string& name) {
  return name.substr(0, name.find(' '));
}

}  // namespace bilten::ticket
