// What orders and holds share.
#pragma once

#include "daemons/ticket/core.h"

namespace bilten::ticket {

// not_on_sale
Status check_on_sale(const EventRow& event, UnixMillis now);
// The event of an order that stands.
EventRow event_of(const Rows& rows, const OrderRow& order);
// A hold past its time, though its timer has not fired yet.
bool is_lapsed(const OrderRow& order, UnixMillis now);

// What ends a hold, as a fact.
template <class Fact>
Fact ended_fact(const EventRow& event, const Id& order_id, const OrderRow& order, UnixMillis now) {
  return {.organization_id = event.organization_id,
          .event_id = order.event_id,
          .order_id = order_id,
          .at = {now}};
}

}  // namespace bilten::ticket
