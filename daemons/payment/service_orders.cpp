// What is followed of the ticket service: which orders there are, and what each costs.
#include "common/api/ticket_sale_facts.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {

Table order_table() {
  return {
      follow<api::ticket::Held>("ticket.held"),
      follow<api::ticket::OrderChanged>("ticket.order_changed"),
      follow<api::ticket::HoldExtended>("ticket.hold_extended"),
      follow<api::ticket::Expired>("ticket.expired"),
      follow<api::ticket::Cancelled>("ticket.cancelled"),
      follow<api::ticket::Sold>("ticket.sold"),
  };
}

}  // namespace bilten::payment
