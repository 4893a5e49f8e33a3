// Conflicts: tickets that went through a door without a network and would have been refused.
#include <algorithm>

#include "common/service/paging.h"
#include "daemons/ticket/batch.h"
#include "daemons/ticket/doors.h"

namespace bilten::ticket {

using api::ticket::ConflictScan;
using api::ticket::ConflictView;
using api::ticket::ListConflicts;
using api::ticket::ScanConflicted;

namespace {

constexpr size_t kScansMax = 100;  // Of one ticket in the report.

ConflictScan view_of(const ConflictingScan& scan, const std::optional<ScanReason>& reason) {
  return {.at = scan.at,
          .device_at = scan.device_at,
          .direction = scan.direction,
          .by = scan.by,
          .gate = scan.gate,
          .reason = reason,
          .first = false};
}

// The entry that came before a conflict may be a conflict of its own: it is told once.
void add_scan(std::vector<ConflictScan>& scans, ConflictScan scan) {
  const auto same = std::find_if(scans.begin(), scans.end(), [&](const ConflictScan& told) {
    return told.at == scan.at && told.by == scan.by && told.gate == scan.gate &&
           told.direction == scan.direction;
  });
  if (same == scans.end()) {
    if (scans.size() < kScansMax) scans.push_back(std::move(scan));
  } else if (scan.reason) {
    *same = std::move(scan);
  }
}

ConflictView fresh_view(const Rows& rows, const Id& ticket_id) {
  const auto ticket = rows.find<TicketRow>(ticket_id.view());
  CHECK_INVARIANT(ticket);
  const auto order = rows.find<OrderRow>(ticket->order_id.view());
  CHECK_INVARIANT(order);
  return {.ticket_id = ticket_id,
          .order_id = ticket->order_id,
          .ticket_type_id = ticket->ticket_type_id,
          .order_code = order->code,
          .scans = {}};
}

void settle(ConflictView& view) {
  std::stable_sort(view.scans.begin(), view.scans.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  const auto first = std::find_if(view.scans.begin(), view.scans.end(), [](const auto& scan) {
    return scan.direction == Direction::entry;
  });
  if (first != view.scans.end()) first->first = true;
}

}  // namespace

Result<api::ListOf<ConflictView>> read_conflicts(const Reader& reader,
                                                 const ListConflicts& message) {
  const auto door = open_door(reader.rows, reader.person, message.check_in_list_id);
  if (!door) return door.error();
  const auto prefix = message.check_in_list_id.view();
  const auto after = key_after(message.cursor, prefix);
  if (!after) return after.error();
  api::ListOf<ConflictView> found;
  std::string last;
  reader.rows.scan<ConflictRow>(
      prefix, *after, SIZE_MAX, [&](std::string_view key, const ConflictRow& row) {
        const auto ticket_id = *Id::from_bytes(key.substr(16, 16));
        if (found.items.empty() || found.items.back().ticket_id != ticket_id) {
          if (found.items.size() == message.limit) {
            found.next_cursor = cursor_at(last);
            return false;
          }
          found.items.push_back(fresh_view(reader.rows, ticket_id));
        }
        last = key;
        auto& scans = found.items.back().scans;
        if (row.first) add_scan(scans, view_of(*row.first, std::nullopt));
        add_scan(scans, view_of(row.scan, row.reason));
        return true;
      });
  for (auto& view : found.items) settle(view);
  return found;
}

void apply(Rows& rows, const ScanConflicted& fact) {
  const auto& scan = fact.scan;
  ConflictRow row;
  row.scan = {scan.at, scan.device_at, scan.direction, scan.by, scan.gate};
  row.reason = fact.reason;
  if (const auto admission =
          rows.find<AdmissionRow>(key_of(scan.check_in_list_id, scan.ticket_id))) {
    row.first = ConflictingScan{
        .at = admission->first_at, .by = admission->first_by, .gate = admission->first_gate};
  }
  rows.save(conflict_key(scan.check_in_list_id, scan.ticket_id, scan.nonce), row);
  if (fact.counted) return;  // Its ticket.checked_in says how it ended.
  rows.save(scan_key(scan.check_in_list_id, scan.nonce), ScanRow{.ticket_id = scan.ticket_id,
                                                                 .direction = scan.direction,
                                                                 .at = scan.at,
                                                                 .refused = fact.reason,
                                                                 .rule = fact.rule,
                                                                 .gate = scan.gate});
}

}  // namespace bilten::ticket
