// What staff are told of a ticket that is not let through, or is.
#include "common/base/time.h"
#include "daemons/ticket/doors.h"

namespace bilten::ticket {

using api::ticket::CheckInView;

namespace {

std::string_view detail_of(ScanReason reason) {
  switch (reason) {
    case ScanReason::invalid: return "This is not a ticket of ours; ask for the original.";
    case ScanReason::already_redeemed: return "This ticket has been let in before.";
    case ScanReason::wrong_event: return "This ticket is for another event.";
    case ScanReason::wrong_type: return "This ticket is for another entrance.";
    case ScanReason::not_yet: return "Doors are not open yet.";
    case ScanReason::too_late: return "The event is over.";
    case ScanReason::cancelled: return "The ticket, its order or its event is cancelled.";
    case ScanReason::refunded: return "The ticket has been refunded.";
    case ScanReason::revoked: return "This code has been replaced; the ticket's new one is valid.";
    case ScanReason::blocked: return "The ticket is blocked; send its holder to the office.";
    case ScanReason::unpaid:
      return "The ticket's order is not paid; send its holder to the office.";
    case ScanReason::not_inside: return "The ticket is not inside; it cannot go out.";
  }
  return "";
}

}  // namespace

Error invalid_code() {
  return {Code::unprocessable, "invalid", std::string(detail_of(ScanReason::invalid))};
}

Error refusal_of(const Door& door, ScanReason reason) {
  Error error{Code::conflict, std::string(word(reason)), std::string(detail_of(reason))};
  Packer extra;
  const auto& terms = door.event.terms;
  if (reason == ScanReason::already_redeemed && door.admission) {
    extra.map(4);
    extra.text("first_at").text(rfc3339(door.admission->first_at.ms));
    extra.text("by").text(door.admission->first_by.text());
    extra.text("check_in_list").text(door.list.title);
  } else if (reason == ScanReason::not_yet) {
    extra.map(2).text("opens_at").text(rfc3339(terms.doors_at.ms));
  } else if (reason == ScanReason::too_late) {
    extra.map(2).text("ended_at").text(rfc3339(terms.ends_at.ms));
  } else {
    extra.map(1);
  }
  error.extra = extra.text("ticket_id").text(door.ticket_id.text()).take();
  // The event's times and state are the event service's; a change of them may be on its way.
  const bool by_event = reason == ScanReason::not_yet || reason == ScanReason::too_late;
  return by_event ? rests_on("event", std::move(error)) : error;
}

CheckInView admitted_view(const Rows& rows, const Door& door, Direction direction, Instant at) {
  const auto type = rows.find<TypeRow>(door.ticket.ticket_type_id.view());
  CHECK_INVARIANT(type);
  CheckInView view;
  view.at = at;
  view.direction = direction;
  view.check_in_list_id = door.list_id;
  view.ticket = {.id = door.ticket_id,
                 .order_id = door.ticket.order_id,
                 .event_id = door.ticket.event_id,
                 .ticket_type_id = door.ticket.ticket_type_id,
                 .state = TicketState::used,
                 .code = {}};
  view.ticket_type_name = type->terms.title;
  return view;
}

}  // namespace bilten::ticket
