// What passes a door leaves behind: who is inside, and how each scan ended.
#include "daemons/ticket/doors.h"

namespace bilten::ticket {

using api::ticket::CheckedIn;
using api::ticket::Scan;
using api::ticket::ScanRefused;

void count_passage(Rows& rows, const Scan& scan, const std::optional<Bytes>& code_hash) {
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
  if (ticket->state != TicketState::used || (code_hash && ticket->code_hash != code_hash)) {
    ticket->state = TicketState::used;
    if (code_hash) ticket->code_hash = code_hash;
    rows.save(scan.ticket_id.view(), *ticket);
  }
}

void apply(Rows& rows, const CheckedIn& fact) {
  const auto& scan = fact.scan;
  count_passage(rows, scan, fact.code_hash);
  rows.save(scan_key(scan.check_in_list_id, scan.nonce),
            ScanRow{scan.ticket_id, scan.direction, scan.at, std::nullopt});
}

void apply(Rows& rows, const ScanRefused& fact) {
  const auto& scan = fact.scan;
  rows.save(scan_key(scan.check_in_list_id, scan.nonce),
            ScanRow{scan.ticket_id, scan.direction, scan.at, fact.reason});
}

}  // namespace bilten::ticket
