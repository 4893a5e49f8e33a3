// Scans over the network: each nonce has one effect.
#include "daemons/ticket/doors.h"
#include "daemons/ticket/keys.h"

namespace bilten::ticket {

using api::ticket::CheckedIn;
using api::ticket::CheckIn;
using api::ticket::CheckInView;
using api::ticket::Scan;
using api::ticket::ScanRefused;

namespace {

Decided<CheckInView> repeat_of(const Rows& rows, const Door& door, const ScanRow& before) {
  if (before.refused) return refusal_of(door, *before.refused);
  Decision<CheckInView> decision;
  decision.answer = admitted_view(rows, door, before.direction, before.at);
  return decision;
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
  auto door = open_door(rows, context.person, message.check_in_list_id);
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
  const Showing showing{*code, message.direction, context.now};
  Decision<CheckInView> decision;
  const auto& list = door->list;
  if (const auto reason = reason_against(rows, *door, showing)) {
    decision.record(ScanRefused{list.organization_id, list.event_id, scan, *reason});
    decision.problem = refusal_of(*door, *reason);
    return decision;
  }
  decision.record(CheckedIn{list.organization_id, list.event_id, door->ticket.ticket_type_id, scan,
                            Bytes{checked->hash}});
  decision.answer = admitted_view(rows, *door, message.direction, scan.at);
  return decision;
}

}  // namespace bilten::ticket
