#include "daemons/ticket/holder_name.h"

#include "daemons/ticket/attendees.h"
#include "daemons/ticket/buyer.h"
#include "daemons/ticket/holders.h"

namespace bilten::ticket {

std::optional<std::string> holder_name(const Reader& reader, const Id& ticket_id,
                                       const TicketRow& ticket) {
  const auto order = reader.rows.find<OrderRow>(ticket.order_id.view());
  CHECK_INVARIANT(order);
  return holder_name(reader, ticket_id, ticket.order_id, *order);
}

std::optional<std::string> holder_name(const Reader& reader, const Id& ticket_id,
                                       const Id& order_id, const OrderRow& order) {
  if (const auto place = place_of(order, ticket_id)) {
    auto attendee = find_attendee(reader.vault, order_id, *place);
    if (attendee && attendee->full_name) return std::move(attendee->full_name);
  }
  if (find_holder(reader.rows, ticket_id)) return std::nullopt;
  auto buyer = find_buyer(reader.vault, order_id);
  return buyer ? std::optional(std::move(buyer->name)) : std::nullopt;
}

}  // namespace bilten::ticket
