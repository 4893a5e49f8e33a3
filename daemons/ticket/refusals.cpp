// What staff are told of a ticket that is not let through, or is.
#include "common/base/time.h"
#include "daemons/ticket/doors.h"

namespace bilten::ticket {

using api::ticket::CheckInView;
using api::ticket::Scan;

namespace {

std::string_view detail_of(ScanReason reason) {
  switch (reason) {
    case ScanReason::invalid: return "This is not a ticket of ours; ask for the original.";
    case ScanReason::already_redeemed: return "This ticket has been let in before.";
    case ScanReason::wrong_event: return "This ticket is for another event.";
    case ScanReason::wrong_type: return "This ticket is for another entrance.";
    case ScanReason::not_yet: return "Doors are not open yet.";
    case ScanReason::too_late: return "Doors are closed.";
    case ScanReason::cancelled: return "The ticket, its order or its event is cancelled.";
    case ScanReason::refunded: return "The ticket has been refunded.";
    case ScanReason::revoked: return "This code has been replaced; the ticket's new one is valid.";
    case ScanReason::blocked: return "The ticket is blocked; send its holder to the office.";
    case ScanReason::unpaid:
      return "The ticket's order is not paid; send its holder to the office.";
    case ScanReason::not_inside: return "The ticket is not inside; it cannot go out.";
    case ScanReason::no_exit: return "This list takes no exit scans; people just leave.";
    case ScanReason::rule: return "The list's rules do not let this ticket through now.";
    case ScanReason::full: return "It is full; wait until somebody has been scanned out.";
  }
  return "";
}

// The members of a problem, packed once they are all known.
class Members {
 public:
  Members& text(std::string_view name, std::string_view value) {
    packed_.text(name).text(value);
    ++count_;
    return *this;
  }
  Members& text_if(std::string_view name, const std::optional<std::string>& value) {
    return value ? text(name, *value) : *this;
  }
  Members& number(std::string_view name, int64_t value) {
    packed_.text(name).integer(value);
    ++count_;
    return *this;
  }
  std::string take() { return Packer().map(count_).take() + packed_.take(); }

 private:
  Packer packed_;
  size_t count_ = 0;
};

bool is_of_other_date(const Door& door) {
  return !is_for_date(door.list.terms, door.date_id);
}

std::string_view detail_at(const Door& door, ScanReason reason) {
  const bool is_of_other = reason == ScanReason::wrong_type && is_of_other_date(door);
  return is_of_other ? "This ticket is for another date." : detail_of(reason);
}

void add_known(const Door& door, const Objection& objection, Members& members) {
  const auto& terms = door.list.terms;
  switch (objection.reason) {
    case ScanReason::already_redeemed:
      // None: this is the repeat of a scan, and what it ran into was undone since.
      if (!door.admission) break;
      members.text("first_at", rfc3339(door.admission->first_at.ms))
          .text("by", door.admission->first_by.text())
          .text_if("gate", door.admission->first_gate)
          .text("check_in_list", terms.title)
          .text_if("first_name", door.first_name);
      break;
    case ScanReason::wrong_type:
      if (!is_of_other_date(door)) break;
      members.text("date_id", door.date_id->text())
          .text("date_starts_at", rfc3339(door.schedule->starts_at.ms));
      break;
    case ScanReason::not_yet:
      members.text("opens_at", rfc3339(opens_at(door, door.schedule).ms));
      break;
    case ScanReason::too_late:
      members.text("ended_at", rfc3339(closes_at(door, door.schedule).ms));
      break;
    case ScanReason::rule: members.text_if("rule", objection.rule); break;
    case ScanReason::full:
      members.number("inside", door.counts.inside).number("capacity", terms.capacity);
      break;
    default: break;
  }
}

// The event's times are the event service's; a change of them may be on its way.
bool is_by_event(const Door& door, ScanReason reason) {
  const auto& terms = door.list.terms;
  return (reason == ScanReason::not_yet && !terms.opens_at) ||
         (reason == ScanReason::too_late && !terms.closes_at);
}

}  // namespace

Error invalid_code() {
  return {Code::unprocessable, "invalid", std::string(detail_of(ScanReason::invalid))};
}

Error refusal_of(const Door& door, const Objection& objection) {
  const auto reason = objection.reason;
  Error error{Code::conflict, std::string(word(reason)), std::string(detail_at(door, reason))};
  Members members;
  add_known(door, objection, members);
  error.extra = members.text("ticket_id", door.ticket_id.text()).take();
  return is_by_event(door, reason) ? rests_on("event", std::move(error)) : error;
}

CheckInView admitted_view(const Rows& rows, const Door& door, const Scan& scan) {
  const auto type = rows.find<TypeRow>(door.ticket.ticket_type_id.view());
  CHECK_INVARIANT(type);
  CheckInView view;
  view.at = scan.at;
  view.direction = scan.direction;
  view.check_in_list_id = door.list_id;
  view.ticket = {.id = door.ticket_id,
                 .order_id = door.ticket.order_id,
                 .event_id = door.ticket.event_id,
                 .ticket_type_id = door.ticket.ticket_type_id,
                 .state = TicketState::used,
                 .code = {}};
  if (door.date_id) show_date(*door.date_id, *door.schedule, view.ticket);
  view.ticket_type_name = type->terms.title;
  view.first_name = door.first_name;
  view.gate = scan.gate;
  return view;
}

}  // namespace bilten::ticket
