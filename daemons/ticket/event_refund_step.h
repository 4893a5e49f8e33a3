// One step of a refund of a whole event: what becomes of the next few orders.
#pragma once

#include "common/service/handlers.h"
#include "daemons/ticket/event_refund_rows.h"

namespace bilten::ticket {

struct EventRefundStep {
  Effects effects;           // The facts of the orders.
  EventRefundSums sums;      // Of them.
  std::vector<Id> disputed;  // Which of them were passed over for that.
  std::string up_to;         // The last of them, as EventRefundRow has it.
  bool is_last = true;       // None is left behind it.
};

EventRefundStep step_of_refund(const Rows& rows, const Context& context, const Id& event_id,
                               const EventRefundRow& refund);

// The key of the order that it came to last; empty: it has come to none.
std::string last_key(const Id& event_id, const EventRefundRow& refund);

void add(EventRefundSums& sums, const EventRefundSums& more);

}  // namespace bilten::ticket
