// Scans over the network: each nonce has one effect.
#include "daemons/ticket/devices.h"
#include "daemons/ticket/doors.h"
#include "daemons/ticket/holder_name.h"
#include "daemons/ticket/keys.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::CheckIn;
using api::ticket::CheckInView;
using api::ticket::Scan;
using api::ticket::ScanRefused;

namespace {

Decided<CheckInView> repeat_of(const Rows& rows, const Door& door, const CheckIn& message,
                               const ScanRow& before) {
  const bool is_same = !before.undo_id && before.ticket_id == door.ticket_id &&
                       before.direction == message.direction && before.gate == message.gate;
  if (!is_same) {
    return Error{Code::unprocessable, "nonce_reused",
                 "This nonce belongs to another scan; use a new one for each scan."};
  }
  if (before.is_undone) {
    return Error{Code::conflict, "scan_undone",
                 "This scan was undone; scan the ticket again, with a new nonce."};
  }
  if (before.refused) return refusal_of(door, {*before.refused, before.rule});
  Scan scan;
  scan.direction = before.direction;
  scan.at = before.at;
  scan.gate = before.gate;
  Decision<CheckInView> decision;
  decision.answer = admitted_view(rows, door, scan);
  return decision;
}

// The holder's first name for who stands at the door, if the list shows it.
std::optional<std::string> find_first_name(const Reader& reader, const Id& list_id,
                                           const Id& ticket_id,
                                           const std::optional<TicketRow>& ticket) {
  if (!ticket) return std::nullopt;
  const auto list = reader.rows.find<ListRow>(list_id.view());
  if (!list || !list->terms.show_first_name) return std::nullopt;
  const auto holder = holder_name(reader, ticket_id, *ticket);
  return holder ? std::optional(first_name_of(*holder)) : std::nullopt;
}

// Exactly one of code and ticket_id; the latter is not for everybody at the door.
Status check_means(const Rows& rows, const Context& context, const ListRow& list,
                   const CheckIn& message) {
  if (message.code.has_value() == message.ticket_id.has_value()) {
    Faults faults;
    const Path root;
    faults.add(Path{&root, "code"}, "must be given, or ticket_id instead of it");
    return invalid(std::move(faults));
  }
  if (!message.ticket_id || list.terms.admit_by_name) return Done{};
  return need_role(rows, context.person, list.organization_id, Role::door_supervisor,
                   unknown_check_in_list());
}

Decided<CheckInView> judge(const Rows& rows, Door& door, const Showing& showing, const Scan& scan,
                           const CheckedCode& checked) {
  Decision<CheckInView> decision;
  if (const auto objection = objection_to(rows, door, showing)) {
    const auto& list = door.list;
    decision.record(
        ScanRefused{list.organization_id, list.event_id, scan, objection->reason, objection->rule});
    decision.problem = refusal_of(door, *objection);
    return decision;
  }
  const auto hash = checked.code ? std::optional(Bytes{checked.hash}) : std::nullopt;
  decision.record(let_through(door, scan, showing.local.day, hash));
  tell_if_filling(door, decision);
  decision.answer = admitted_view(rows, door, scan);
  return decision;
}

}  // namespace

Result<CheckedCode> prepare_check_in(const Reader& reader, const CheckIn& message,
                                     const EventKeys& keys) {
  CheckedCode checked;
  if (message.ticket_id) {
    const auto ticket = reader.rows.find<TicketRow>(message.ticket_id->view());
    checked.first_name =
        find_first_name(reader, message.check_in_list_id, *message.ticket_id, ticket);
    return checked;
  }
  const auto shown = message.code ? read_code(*message.code) : std::nullopt;
  if (!shown || !has_key(reader.rows, shown->code)) return checked;
  checked.hash = code_hash(*message.code);
  const auto ticket = reader.rows.find<TicketRow>(shown->code.ticket_id.view());
  const bool is_known = ticket && ticket->code_hash && ticket->code_hash->data == checked.hash;
  if (is_known || is_genuine(*shown, *keys.of(shown->code.event_id, shown->code.key_id))) {
    checked.code = shown->code;
    checked.first_name =
        find_first_name(reader, message.check_in_list_id, shown->code.ticket_id, ticket);
  }
  return checked;
}

Decided<CheckInView> decide_check_in(const Rows& rows, const Context& context,
                                     const CheckIn& message) {
  auto door = open_door(rows, context.person, message.check_in_list_id);
  if (!door) return door.error();
  const auto own_gate = device_gate(rows, *context.person);
  if (own_gate && message.gate != own_gate) return wrong_gate(*own_gate);
  const auto fit = check_means(rows, context, door->list, message);
  if (!fit) return fit.error();
  const auto* checked = std::any_cast<CheckedCode>(&context.prepared);
  CHECK_INVARIANT(checked);
  const auto& code = checked->code;
  const auto ticket_id = code ? code->ticket_id : message.ticket_id.value_or(Id{});
  const bool exists = show_ticket(rows, ticket_id, *door);
  door->first_name = checked->first_name;
  if (const auto before = rows.find<ScanRow>(scan_key(message.check_in_list_id, message.nonce))) {
    return repeat_of(rows, *door, message, *before);
  }
  const auto known = check_gate(door->list.terms, message.gate);
  if (!known) return known.error();
  if (!exists || (code && door->ticket.event_id != code->event_id)) return invalid_code();

  const Scan scan{.ticket_id = door->ticket_id,
                  .check_in_list_id = message.check_in_list_id,
                  .direction = message.direction,
                  .at = {context.now},
                  .device_at = message.device_at,
                  .by = context.person->person_id,
                  .nonce = message.nonce,
                  .gate = message.gate};
  const Showing showing{.code = code,
                        .direction = message.direction,
                        .gate = message.gate,
                        .at = context.now,
                        .local = local_time(door->event.terms.timezone, context.now)};
  return judge(rows, *door, showing, scan, *checked);
}

}  // namespace bilten::ticket
