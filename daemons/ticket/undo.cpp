// Taking a ticket's last scan on a list back, as if it had not been made.
#include "daemons/ticket/doors.h"
#include "daemons/ticket/lists.h"

namespace bilten::ticket {

using api::ticket::CheckInUndone;
using api::ticket::UndoCheckIn;
using api::ticket::UndoneView;

namespace {

// Puts back what the scan changed of these.
void take_back(ListCounts& counts, std::optional<AdmissionRow>& admission, const ScanRow& scan) {
  const bool was_inside = scan.before && scan.before->inside;
  counts.inside += (was_inside ? 1 : 0) - (admission->inside ? 1 : 0);
  if (!scan.before) --counts.admitted;
  --(scan.direction == Direction::entry ? counts.entered : counts.exited);
  admission = scan.before;
}

bool is_let_in_anywhere(const Rows& rows, const Id& event_id, const Id& ticket_id) {
  for (const auto& list_id : lists_of_event(rows, event_id)) {
    if (rows.has(AdmissionRow::table, key_of(list_id, ticket_id))) return true;
  }
  return false;
}

Decided<UndoneView> repeat_of(const Rows& rows, const Context& context, const UndoCheckIn& message,
                              const ScanRow& before) {
  if (!before.undo_id || before.ticket_id != message.ticket_id) {
    return Error{Code::unprocessable, "nonce_reused",
                 "This nonce belongs to a scan or another undo; use a new one."};
  }
  const auto& list_id = message.check_in_list_id;
  const auto undo = rows.find<UndoRow>(key_of(list_id, *before.undo_id));
  CHECK_INVARIANT(undo);
  Decision<UndoneView> decision;
  decision.answer = view_of_undo(list_id, *before.undo_id, *undo,
                                 context.vault.get(undo_vault_key(*before.undo_id)));
  return decision;
}

}  // namespace

UndoneView view_of_undo(const Id& list_id, const Id& undo_id, const UndoRow& undo,
                        std::optional<std::string> reason) {
  return {.id = undo_id,
          .check_in_list_id = list_id,
          .ticket_id = undo.ticket_id,
          .direction = undo.direction,
          .at = undo.at,
          .by = undo.by,
          .reason = std::move(reason)};
}

Decided<UndoneView> decide_undo_check_in(const Rows& rows, const Context& context,
                                         const UndoCheckIn& message) {
  const auto& list_id = message.check_in_list_id;
  auto door = open_door(rows, context.person, list_id, api::user::Role::door_supervisor);
  if (!door) return door.error();
  if (const auto before = rows.find<ScanRow>(scan_key(list_id, message.nonce))) {
    return repeat_of(rows, context, message, *before);
  }
  if (!show_ticket(rows, message.ticket_id, *door) || !door->admission) {
    return Error{Code::conflict, "not_scanned",
                 "No scan of this ticket on this list is left to undo."};
  }
  const auto undone_nonce = door->admission->nonce;
  const auto undone = rows.find<ScanRow>(scan_key(list_id, undone_nonce));
  CHECK_INVARIANT(undone);
  take_back(door->counts, door->admission, *undone);
  CheckInUndone fact{.organization_id = door->list.organization_id,
                     .event_id = door->list.event_id,
                     .undo_id = context.fresh_id(),
                     .scan = {.ticket_id = message.ticket_id,
                              .check_in_list_id = list_id,
                              .direction = undone->direction,
                              .at = {context.now},
                              .device_at = {},
                              .by = context.person->person_id,
                              .nonce = message.nonce,
                              .gate = undone->gate},
                     .undone_nonce = undone_nonce,
                     .counts = door->counts};
  Decision<UndoneView> decision;
  decision.record(fact);
  decision.keep(undo_vault_key(fact.undo_id), message.reason);
  tell_if_filling(*door, decision);
  const UndoRow undo{message.ticket_id, undone->direction, fact.scan.at, fact.scan.by};
  decision.answer = view_of_undo(list_id, fact.undo_id, undo, message.reason);
  return decision;
}

void apply(Rows& rows, const CheckInUndone& fact) {
  const auto& scan = fact.scan;
  const auto& list_id = scan.check_in_list_id;
  const auto list = rows.find<ListRow>(list_id.view());
  auto counts = rows.find<ListCountsRow>(list_id.view());
  const auto key = key_of(list_id, scan.ticket_id);
  auto admission = rows.find<AdmissionRow>(key);
  const auto undone_key = scan_key(list_id, fact.undone_nonce);
  auto undone = rows.find<ScanRow>(undone_key);
  CHECK_INVARIANT(list && counts && admission && undone);
  CHECK_INVARIANT(admission->nonce == fact.undone_nonce);
  take_back(*counts, admission, *undone);
  CHECK_INVARIANT(static_cast<const ListCounts&>(*counts) == fact.counts);
  save_counts(rows, list_id, list->terms, *counts);
  count_at_gate(rows, scan, -1);
  if (admission) {
    rows.save(key, *admission);
  } else {
    rows.erase<AdmissionRow>(key);
  }
  undone->is_undone = true;
  rows.save(undone_key, *undone);
  rows.save(scan_key(list_id, scan.nonce), ScanRow{.ticket_id = scan.ticket_id,
                                                   .direction = scan.direction,
                                                   .at = scan.at,
                                                   .undo_id = fact.undo_id});
  rows.save(key_of(list_id, fact.undo_id),
            UndoRow{scan.ticket_id, scan.direction, scan.at, scan.by});

  auto ticket = rows.find<TicketRow>(scan.ticket_id.view());
  CHECK_INVARIANT(ticket);
  if (ticket->state != TicketState::used) return;
  if (is_let_in_anywhere(rows, fact.event_id, scan.ticket_id)) return;
  ticket->state = TicketState::valid;
  rows.save(scan.ticket_id.view(), *ticket);
}

}  // namespace bilten::ticket
