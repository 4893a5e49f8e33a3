// What passing a door changes: who is inside, the list's counters, the ticket's state, and how each
// scan ended.
#include <algorithm>

#include "daemons/ticket/doors.h"

namespace bilten::ticket {

using api::ticket::CheckedIn;
using api::ticket::DoorFilling;
using api::ticket::Scan;
using api::ticket::ScanRefused;

namespace {

// Percent of the capacity.
constexpr int64_t kFillingFrom = 90, kFillingUntil = 85;

bool is_filled(const ListTerms& terms, int64_t inside, int64_t percent) {
  return terms.capacity > 0 && inside * 100 >= terms.capacity * percent;
}

// `reentry`: the list lets in again who went out, beyond its entries_max.
void enter(ListCounts& counts, AdmissionRow& admission, const Scan& scan, int64_t day,
           bool reentry) {
  const bool is_reentry = reentry && admission.entries > 0 && !admission.inside;
  ++counts.entered;
  if (admission.entries == 0) ++counts.admitted;
  if (!admission.inside) ++counts.inside;
  admission.inside = true;
  ++admission.entries;
  if (!is_reentry) ++admission.used;
  // An earlier scan may come later, from a scanner that had no network.
  if (scan.at < admission.first_at) {
    admission.first_at = scan.at;
    admission.first_by = scan.by;
    admission.first_gate = scan.gate;
  }
  if (day > admission.day || admission.entries == 1) {
    admission.day = day;
    admission.entries_of_day = 0;
  }
  if (day == admission.day) ++admission.entries_of_day;
  admission.entered_at = std::max(admission.entered_at.value_or(scan.at), scan.at);
}

void leave(ListCounts& counts, AdmissionRow& admission, const Scan& scan) {
  CHECK_INVARIANT(admission.inside);
  ++counts.exited;
  --counts.inside;
  admission.inside = false;
  admission.exited_at = std::max(admission.exited_at.value_or(scan.at), scan.at);
}

}  // namespace

void pass(Door& door, const Scan& scan, int64_t day) {
  if (!door.admission) {
    door.admission =
        AdmissionRow{.first_at = scan.at, .first_by = scan.by, .first_gate = scan.gate};
  }
  if (scan.direction == Direction::entry) {
    enter(door.counts, *door.admission, scan, day, door.list.terms.reentry);
  } else {
    leave(door.counts, *door.admission, scan);
  }
  door.admission->nonce = scan.nonce;
  const auto& counts = door.counts;
  CHECK_INVARIANT(0 <= counts.inside && counts.inside <= counts.admitted);
  CHECK_INVARIANT(counts.inside <= counts.entered - counts.exited);
}

CheckedIn let_through(Door& door, const Scan& scan, int64_t day,
                      const std::optional<Bytes>& code_hash) {
  pass(door, scan, day);
  return {.organization_id = door.list.organization_id,
          .event_id = door.list.event_id,
          .ticket_type_id = door.ticket.ticket_type_id,
          .scan = scan,
          .code_hash = code_hash,
          .day = day,
          .counts = door.counts};
}

void tell_if_filling(Door& door, Effects& effects) {
  auto& counts = door.counts;
  const auto& terms = door.list.terms;
  counts.filling = counts.filling && is_filled(terms, counts.inside, kFillingUntil);
  if (counts.filling || !is_filled(terms, counts.inside, kFillingFrom)) return;
  counts.filling = true;
  effects.record(DoorFilling{door.list.organization_id, door.list.event_id, door.list_id,
                             counts.inside, terms.capacity});
}

void save_counts(Rows& rows, const Id& list_id, const ListTerms& terms, ListCountsRow counts) {
  counts.filling = counts.filling && is_filled(terms, counts.inside, kFillingUntil);
  rows.save(list_id.view(), counts);
}

void count_at_gate(Rows& rows, const Scan& scan, int64_t sign) {
  if (!scan.gate) return;
  const auto key = gate_key(scan.check_in_list_id, *scan.gate);
  auto gate = rows.find<GateRow>(key).value_or(GateRow{});
  (scan.direction == Direction::entry ? gate.entered : gate.exited) += sign;
  CHECK_INVARIANT(gate.entered >= 0 && gate.exited >= 0);
  rows.save(key, gate);
}

std::optional<AdmissionRow> count_passage(Rows& rows, const CheckedIn& fact) {
  const auto& scan = fact.scan;
  const auto list_key = scan.check_in_list_id.view();
  auto list = rows.find<ListRow>(list_key);
  CHECK_INVARIANT(list);
  Door door;
  door.list = std::move(*list);
  door.counts = rows.find<ListCountsRow>(list_key).value_or(ListCountsRow{});
  const auto key = key_of(scan.check_in_list_id, scan.ticket_id);
  door.admission = rows.find<AdmissionRow>(key);
  auto before = door.admission;
  pass(door, scan, fact.day);
  CHECK_INVARIANT(static_cast<const ListCounts&>(door.counts) == fact.counts);
  rows.save(key, *door.admission);
  save_counts(rows, scan.check_in_list_id, door.list.terms, door.counts);
  count_at_gate(rows, scan, 1);

  auto ticket = rows.find<TicketRow>(scan.ticket_id.view());
  CHECK_INVARIANT(ticket);
  const bool is_new_code = fact.code_hash && ticket->code_hash != fact.code_hash;
  if (ticket->state == TicketState::valid || is_new_code) {
    if (ticket->state == TicketState::valid) ticket->state = TicketState::used;
    if (is_new_code) ticket->code_hash = fact.code_hash;
    rows.save(scan.ticket_id.view(), *ticket);
  }
  return before;
}

void apply(Rows& rows, const CheckedIn& fact) {
  const auto& scan = fact.scan;
  auto before = count_passage(rows, fact);
  rows.save(scan_key(scan.check_in_list_id, scan.nonce), ScanRow{.ticket_id = scan.ticket_id,
                                                                 .direction = scan.direction,
                                                                 .at = scan.at,
                                                                 .gate = scan.gate,
                                                                 .before = std::move(before)});
}

void apply(Rows& rows, const ScanRefused& fact) {
  const auto& scan = fact.scan;
  rows.save(scan_key(scan.check_in_list_id, scan.nonce), ScanRow{.ticket_id = scan.ticket_id,
                                                                 .direction = scan.direction,
                                                                 .at = scan.at,
                                                                 .refused = fact.reason,
                                                                 .rule = fact.rule,
                                                                 .gate = scan.gate});
}

void apply(Rows& rows, const DoorFilling& fact) {
  auto counts = rows.find<ListCountsRow>(fact.check_in_list_id.view()).value_or(ListCountsRow{});
  counts.filling = true;
  rows.save(fact.check_in_list_id.view(), counts);
}

}  // namespace bilten::ticket
