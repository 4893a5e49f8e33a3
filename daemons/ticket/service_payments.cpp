// What is followed of the payment service, what it asks, and how the mesh confirms an order without
// it.
#include "daemons/ticket/evidence.h"
#include "daemons/ticket/payments.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

Table payment_table() {
  return {
      query<api::ticket::OrderEvidence>("ticket.order.evidence", order_evidence),
      command<api::ticket::ConfirmOrder>("ticket.order.confirm", decide_confirm_order),
      reaction<api::payment::Captured>("payment.captured", decide_captured),
      follow<api::payment::Failed>("payment.failed"),
      reaction<api::payment::Refunded>("payment.refunded", decide_payment_refunded),
      reaction<api::payment::Disputed>("payment.disputed", decide_disputed),
      reaction<api::payment::DisputeClosed>("payment.dispute_closed", decide_dispute_closed),
  };
}

}  // namespace bilten::ticket
