// Refunds of whole events, and their rows of the table.
#include "daemons/ticket/event_refunds.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

using namespace api::ticket;

Table event_refund_table() {
  return {
      command<RefundEvent>("ticket.event.refund", decide_refund_event),
      query<ListEventRefunds>("ticket.event.refunds", list_event_refunds),
      timer(kEventRefundTimer, decide_event_refund_due),
  };
}

}  // namespace bilten::ticket
