// Who bought an order, as the vault keeps it.
#pragma once

#include "common/api/ticket_orders.h"
#include "common/service/handlers.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// Nothing: erased at the buyer's wish.
inline std::optional<api::ticket::Buyer> find_buyer(const Vault& vault, const Id& order_id) {
  const auto kept = vault.get(vault_key(order_id));
  if (!kept) return std::nullopt;
  auto buyer = decode<api::ticket::Buyer>(*kept);
  CHECK_INVARIANT(buyer);
  return std::move(*buyer);
}

}  // namespace bilten::ticket
