#include "daemons/ticket/attendees.h"

#include <algorithm>

namespace bilten::ticket {

using api::ticket::Attendee;

std::optional<size_t> place_of(const OrderRow& order, const Id& ticket_id) {
  const auto& ids = order.ticket_ids;
  const auto at = std::find(ids.begin(), ids.end(), ticket_id);
  if (at == ids.end()) return std::nullopt;
  return static_cast<size_t>(at - ids.begin());
}

std::optional<Attendee> find_attendee(const Vault& vault, const Id& order_id, size_t index) {
  const auto kept = vault.get(attendee_key(order_id, index));
  if (!kept) return std::nullopt;
  auto attendee = decode<Attendee>(*kept);
  CHECK_INVARIANT(attendee);
  return std::move(*attendee);
}

std::optional<Attendee> find_attendee(const Vault& vault, const Rows& rows, const Id& ticket_id) {
  const auto ticket = rows.find<TicketRow>(ticket_id.view());
  CHECK_INVARIANT(ticket);
  const auto order = rows.find<OrderRow>(ticket->order_id.view());
  CHECK_INVARIANT(order);
  const auto index = place_of(*order, ticket_id);
  return index ? find_attendee(vault, ticket->order_id, *index) : std::nullopt;
}

}  // namespace bilten::ticket
