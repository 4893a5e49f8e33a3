#include "daemons/ticket/service.h"

#include <iterator>
#include <utility>

#include "common/api/event_date_facts.h"
#include "common/api/ticket_facts.h"
#include "daemons/ticket/core.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {
namespace {

// What is followed of the event service.
Table event_table() {
  return {
      reaction<api::event::Drafted>("event.drafted", decide_drafted),
      follow<api::event::Changed>("event.changed"),
      follow<api::event::Published>("event.published"),
      follow<api::event::Unpublished>("event.unpublished"),
      follow<api::event::Cancelled>("event.cancelled"),
      follow<api::event::Completed>("event.completed"),
      follow<api::event::DateAdded>("event.date_added"),
      follow<api::event::DateChanged>("event.date_changed"),
      follow<api::event::DateCancelled>("event.date_cancelled"),
  };
}

}  // namespace

Service service(const Config& config, const ServiceKeys& keys) {
  Service made{.name = "ticket",
               .doc = "Ticket types, stock, orders, tickets and doors.",
               .facts = describe_facts<api::ticket::Facts>(),
               .table = catalogue_table(config),
               .evolve = evolve};
  for (auto& part : {order_table(keys), ticket_table(config, keys), my_ticket_table(config, keys),
                     print_table(config, keys), door_table(keys), offline_table(keys), list_table(),
                     room_table(keys), refund_table(keys), event_refund_table(), payment_table(),
                     box_office_table(keys), import_table(keys), exchange_table(keys),
                     attendee_table(config, keys), resend_table(keys), transfer_table(keys),
                     waiting_table(config, keys), event_table()}) {
    std::move(part.begin(), part.end(), std::back_inserter(made.table));
  }
  return made;
}

}  // namespace bilten::ticket
