// How far an event's money has come on its way back, as it is read.
#include "daemons/payment/event_refunds.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {

Table event_refund_table() {
  return {query<api::payment::ReadEventRefunds>("payment.event_refunds", read_event_refunds)};
}

}  // namespace bilten::payment
