// What is followed of the ticket service: which orders there are, what each costs, what of its
// money is to go back.
#include "daemons/payment/desk_sales.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/refunds.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {

Table order_table() {
  return {
      follow<api::ticket::Held>("ticket.held"),
      reaction<api::ticket::OrderChanged>("ticket.order_changed", decide_order_changed),
      follow<api::ticket::HoldExtended>("ticket.hold_extended"),
      reaction<api::ticket::Expired>("ticket.expired", decide_order_over),
      reaction<api::ticket::Cancelled>("ticket.cancelled", decide_order_cancelled),
      reaction<api::ticket::Sold>("ticket.sold", decide_order_sold, is_order_known),
      reaction<api::ticket::PaidTooLate>("ticket.paid_too_late", decide_paid_too_late),
      reaction<api::ticket::Refunded>("ticket.refunded", decide_ticket_refunded),
      reaction<api::ticket::Exchanged>("ticket.exchanged", decide_ticket_exchanged),
      reaction<api::ticket::BoxOfficeIssued>("ticket.box_office_issued", decide_desk_sale,
                                             is_money_taken),
  };
}

}  // namespace bilten::payment
