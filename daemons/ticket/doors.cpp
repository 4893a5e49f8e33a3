// Doors: check-in lists, and what happens to a ticket that is shown at one.
#include "common/base/time.h"
#include "daemons/ticket/core.h"
#include "daemons/ticket/keys.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::CheckedIn;
using api::ticket::CheckIn;
using api::ticket::CheckInListAdded;
using api::ticket::CheckInView;
using api::ticket::Scan;
using api::ticket::ScanRefused;

namespace {

// Everything a scan is judged by.
struct Door {
  Id list_id;
  ListRow list;
  Id ticket_id;
  TicketRow ticket;
  EventRow event;  // The list's.
  std::optional<AdmissionRow> admission;
};

std::optional<ScanReason> reason_of_state(const Rows& rows, const Door& door) {
  if (door.event.terms.state == api::event::State::cancelled) return ScanReason::cancelled;
  switch (door.ticket.state) {
    case TicketState::cancelled: return ScanReason::cancelled;
    case TicketState::refunded: return ScanReason::refunded;
    case TicketState::transferred: return ScanReason::revoked;
    case TicketState::valid:
    case TicketState::used: break;
  }
  const auto order = rows.find<OrderRow>(door.ticket.order_id.view());
  CHECK_INVARIANT(order);
  switch (order->state) {
    case OrderState::paid:
    case OrderState::partially_refunded: return std::nullopt;
    case OrderState::cancelled: return ScanReason::cancelled;
    case OrderState::refunded: return ScanReason::refunded;
    case OrderState::held:
    case OrderState::expired: return ScanReason::unpaid;
  }
  return std::nullopt;
}

bool lists_type(const ListRow& list, const Id& type_id) {
  if (list.ticket_type_ids.empty()) return true;
  for (const auto& listed : list.ticket_type_ids) {
    if (listed == type_id) return true;
  }
  return false;
}

std::optional<ScanReason> reason_of_entry(const Door& door, UnixMillis now) {
  if (now >= door.event.terms.ends_at.ms) return ScanReason::too_late;
  if (now < door.event.terms.doors_at.ms) return ScanReason::not_yet;
  const bool may_enter = !door.admission || (door.list.reentry && !door.admission->inside);
  return may_enter ? std::nullopt : std::optional(ScanReason::already_redeemed);
}

// Why the ticket is not let through; nothing: it is. In the order that core.h names.
std::optional<ScanReason> reason_against(const Rows& rows, const Door& door, const TicketCode& code,
                                         Direction direction, UnixMillis now) {
  if (door.ticket.event_id != door.list.event_id) return ScanReason::wrong_event;
  if (!accepts_key(rows, code)) return ScanReason::revoked;
  if (code.generation != door.ticket.generation) return ScanReason::revoked;
  if (const auto reason = reason_of_state(rows, door)) return reason;
  if (!lists_type(door.list, door.ticket.ticket_type_id)) return ScanReason::wrong_type;
  if (direction == Direction::entry) return reason_of_entry(door, now);
  const bool is_inside = door.admission && door.admission->inside;
  return is_inside ? std::nullopt : std::optional(ScanReason::not_inside);
}

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

Error invalid_code() {
  return {Code::unprocessable, "invalid", std::string(detail_of(ScanReason::invalid))};
}

// The problem a scan is refused with, and what staff need to know beyond it.
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

Decided<CheckInView> repeat_of(const Rows& rows, const Door& door, const ScanRow& before) {
  if (before.refused) return refusal_of(door, *before.refused);
  Decision<CheckInView> decision;
  decision.answer = admitted_view(rows, door, before.direction, before.at);
  return decision;
}

// Opens the list for who may scan on it.
Result<Door> open_door(const Rows& rows, const Context& context, const Id& list_id) {
  const Error unknown{Code::not_found, "unknown_check_in_list",
                      "There is no such check-in list for you."};
  auto list = rows.find<ListRow>(list_id.view());
  if (!list) return rests_on("event", unknown);
  const auto allowed =
      need_role(rows, context.person, list->organization_id, Role::door_staff, unknown);
  if (!allowed) return allowed.error();
  auto event = rows.find<EventRow>(list->event_id.view());
  CHECK_INVARIANT(event);
  return Door{.list_id = list_id,
              .list = std::move(*list),
              .ticket_id = {},
              .ticket = {},
              .event = std::move(*event),
              .admission = {}};
}

// Brings the ticket to the door; false: no such ticket.
bool show_ticket(const Rows& rows, const Id& ticket_id, Door& door) {
  auto ticket = rows.find<TicketRow>(ticket_id.view());
  if (!ticket) return false;
  door.ticket_id = ticket_id;
  door.ticket = std::move(*ticket);
  door.admission = rows.find<AdmissionRow>(key_of(door.list_id, ticket_id));
  return true;
}

}  // namespace

Result<CheckedCode> prepare_check_in(const Reader& reader, const CheckIn& message,
                                     std::string_view secret) {
  CheckedCode checked;
  const auto shown = read_code(message.code);
  if (!shown || !has_key(reader.rows, shown->code)) return checked;
  checked.hash = code_hash(message.code);
  const auto ticket = reader.rows.find<TicketRow>(shown->code.ticket_id.view());
  const bool is_known = ticket && ticket->code_hash && ticket->code_hash->data == checked.hash;
  if (is_known ||
      is_genuine(*shown, event_key(secret, shown->code.event_id, shown->code.key_id).public_key)) {
    checked.code = shown->code;
  }
  return checked;
}

Decided<CheckInView> decide_check_in(const Rows& rows, const Context& context,
                                     const CheckIn& message) {
  auto door = open_door(rows, context, message.check_in_list_id);
  if (!door) return door.error();
  const auto* checked = std::any_cast<CheckedCode>(&context.prepared);
  CHECK_INVARIANT(checked);
  const auto& code = checked->code;
  const bool exists = code && show_ticket(rows, code->ticket_id, *door);
  if (const auto before = rows.find<ScanRow>(scan_key(message.check_in_list_id, message.nonce))) {
    if (exists && before->ticket_id == door->ticket_id && before->direction == message.direction) {
      return repeat_of(rows, *door, *before);
    }
    return Error{Code::unprocessable, "nonce_reused",
                 "This nonce belongs to another scan; use a new one for each scan."};
  }
  if (!exists || door->ticket.event_id != code->event_id) return invalid_code();

  const Scan scan{.ticket_id = door->ticket_id,
                  .check_in_list_id = message.check_in_list_id,
                  .direction = message.direction,
                  .at = {context.now},
                  .device_at = message.device_at,
                  .by = context.person->person_id,
                  .nonce = message.nonce};
  Decision<CheckInView> decision;
  const auto& list = door->list;
  if (const auto reason = reason_against(rows, *door, *code, message.direction, context.now)) {
    decision.record(ScanRefused{list.organization_id, list.event_id, scan, *reason});
    decision.problem = refusal_of(*door, *reason);
    return decision;
  }
  decision.record(CheckedIn{list.organization_id, list.event_id, door->ticket.ticket_type_id, scan,
                            Bytes{checked->hash}});
  decision.answer = admitted_view(rows, *door, message.direction, scan.at);
  return decision;
}

void apply(Rows& rows, const CheckInListAdded& fact) {
  rows.save(fact.check_in_list_id.view(), ListRow{.organization_id = fact.organization_id,
                                                  .event_id = fact.event_id,
                                                  .title = fact.title,
                                                  .ticket_type_ids = fact.ticket_type_ids,
                                                  .reentry = fact.reentry});
  rows.save(key_of(fact.event_id, fact.check_in_list_id), ListOfEvent{});
}

void apply(Rows& rows, const CheckedIn& fact) {
  const auto& scan = fact.scan;
  const bool enters = scan.direction == Direction::entry;
  const auto key = key_of(scan.check_in_list_id, scan.ticket_id);
  auto admission = rows.find<AdmissionRow>(key);
  const bool is_first = !admission;
  if (is_first) admission = AdmissionRow{.first_at = scan.at, .first_by = scan.by, .inside = false};
  CHECK_INVARIANT(admission->inside != enters);
  admission->inside = enters;
  rows.save(key, *admission);

  auto list = rows.find<ListRow>(scan.check_in_list_id.view());
  CHECK_INVARIANT(list);
  list->admitted += is_first ? 1 : 0;
  list->inside += enters ? 1 : -1;
  CHECK_INVARIANT(0 <= list->inside && list->inside <= list->admitted);
  rows.save(scan.check_in_list_id.view(), *list);

  auto ticket = rows.find<TicketRow>(scan.ticket_id.view());
  CHECK_INVARIANT(ticket);
  if (ticket->state != TicketState::used || ticket->code_hash != fact.code_hash) {
    ticket->state = TicketState::used;
    ticket->code_hash = fact.code_hash;
    rows.save(scan.ticket_id.view(), *ticket);
  }
  rows.save(scan_key(scan.check_in_list_id, scan.nonce),
            ScanRow{scan.ticket_id, scan.direction, scan.at, std::nullopt});
}

void apply(Rows& rows, const ScanRefused& fact) {
  const auto& scan = fact.scan;
  rows.save(scan_key(scan.check_in_list_id, scan.nonce),
            ScanRow{scan.ticket_id, scan.direction, scan.at, fact.reason});
}

}  // namespace bilten::ticket
