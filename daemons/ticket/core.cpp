#include "daemons/ticket/core.h"

#include "common/api/ticket_facts.h"
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/batch.h"
#include "daemons/ticket/box_office.h"
#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/devices.h"
#include "daemons/ticket/doors.h"
#include "daemons/ticket/event_refunds.h"
#include "daemons/ticket/exchanges.h"
#include "daemons/ticket/imports.h"
#include "daemons/ticket/keys.h"
#include "daemons/ticket/lists.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/payments.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/questions.h"
#include "daemons/ticket/refunds.h"
#include "daemons/ticket/resend.h"
#include "daemons/ticket/room.h"
#include "daemons/ticket/transfers.h"
#include "daemons/ticket/waiting_list.h"

namespace bilten::ticket {
namespace {

// Each carries the event's terms whole.
using EventFacts =
    std::variant<api::event::Drafted, api::event::Changed, api::event::Published,
                 api::event::Unpublished, api::event::Cancelled, api::event::Completed>;

// Any other fact than the two below leaves the details as they are.
void take_details(EventDetailsRow&, const api::event::Moved&) {}
void take_details(EventDetailsRow& row, const api::event::Drafted& fact) {
  row.title = fact.details.title;
  row.venue = fact.details.venue;
}
void take_details(EventDetailsRow& row, const api::event::Changed& fact) {
  if (fact.changes.title) row.title = *fact.changes.title;
  if (fact.changes.venue) row.venue = *fact.changes.venue;
}

void save_details(Rows& rows, const auto& fact) {
  auto row = rows.find<EventDetailsRow>(fact.event_id.view()).value_or(EventDetailsRow{});
  take_details(row, fact);
  row.changed_at = fact.at;
  rows.save(fact.event_id.view(), row);
}

}  // namespace

Effects decide_drafted(const Rows&, const Context& context, const api::event::Drafted& fact) {
  Effects effects;
  effects.record(api::ticket::CheckInListAdded{
      {fact.organization_id, fact.event_id, context.fresh_id(), {.title = "Main"}}});
  return effects;
}

void evolve(Rows& rows, std::string_view name, std::string_view body) {
  const bool is_own = evolve_named<api::ticket::Facts>(
      rows, name, body, [](Rows& into, const auto& fact) { apply(into, fact); });
  if (is_own || note_device(rows, name, body) || note_date(rows, name, body)) return;
  evolve_named<EventFacts>(rows, name, body, [](Rows& into, const auto& fact) {
    auto event = into.find<EventRow>(fact.event_id.view()).value_or(EventRow{});
    event.organization_id = fact.organization_id;
    event.terms = fact.terms;
    into.save(fact.event_id.view(), event);
    save_details(into, fact);
  });
}

}  // namespace bilten::ticket
