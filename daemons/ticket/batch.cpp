#include "daemons/ticket/batch.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

#include "daemons/ticket/devices.h"
#include "daemons/ticket/doors.h"

namespace bilten::ticket {

using api::ticket::BatchView;
using api::ticket::CheckInBatch;
using api::ticket::OfflineScan;
using api::ticket::Scan;
using api::ticket::ScanConflicted;
using api::ticket::ScanResult;
using api::ticket::ScanVerdict;

namespace {

// Whether a scan that would have been refused counts as a passage: not for a ticket that is none of
// the event's, and nobody leaves who is not inside.
bool counts(const Door& door, Direction direction, ScanReason reason) {
  if (reason == ScanReason::wrong_event) return false;
  return direction == Direction::entry || (door.admission && door.admission->inside);
}

// Takes the scans of a batch one by one, in the order of their time. What one of them changes, the
// next ones see, as if it were recorded.
class Intake {
 public:
  Intake(const Rows& rows, const Id& by, Door door)
      : rows_(rows), by_(by), door_(std::move(door)) {}

  ScanVerdict take(const OfflineScan& offline, Instant at, const std::optional<std::string>& gate) {
    const auto known = known_as(offline);
    if (known) return *known;
    if (!bring(offline.ticket_id)) return {ScanResult::invalid, {}};
    const Scan scan{.ticket_id = offline.ticket_id,
                    .check_in_list_id = door_.list_id,
                    .direction = offline.direction,
                    .at = at,
                    .device_at = offline.scanned_at,
                    .by = by_,
                    .nonce = offline.nonce,
                    .gate = gate};
    const auto verdict = judge(offline, scan);
    tickets_.insert_or_assign(offline.ticket_id, Seen{door_.ticket, door_.admission});
    nonces_.emplace(offline.nonce, Taken{offline.ticket_id, offline.direction, verdict});
    return verdict;
  }

  Decision<BatchView>& decision() { return decision_; }

 private:
  struct Seen {
    TicketRow ticket;
    std::optional<AdmissionRow> admission;
  };
  struct Taken {
    Id ticket_id;
    Direction direction;
    ScanVerdict verdict;
  };

  // What is said of a nonce that was seen before, in this batch or earlier.
  std::optional<ScanVerdict> known_as(const OfflineScan& offline) const {
    std::optional<Taken> before;
    if (const auto found = nonces_.find(offline.nonce); found != nonces_.end()) {
      before = found->second;
    } else if (const auto row = rows_.find<ScanRow>(scan_key(door_.list_id, offline.nonce))) {
      const auto conflict =
          rows_.find<ConflictRow>(conflict_key(door_.list_id, row->ticket_id, offline.nonce));
      const auto reason = conflict ? std::optional(conflict->reason) : row->refused;
      before = {
          row->ticket_id, row->direction, {reason ? ScanResult::conflict : ScanResult::ok, reason}};
    }
    if (!before) return std::nullopt;
    const bool is_same =
        before->ticket_id == offline.ticket_id && before->direction == offline.direction;
    return is_same ? before->verdict : ScanVerdict{ScanResult::nonce_reused, {}};
  }

  bool bring(const Id& ticket_id) {
    const auto seen = tickets_.find(ticket_id);
    if (seen == tickets_.end()) return show_ticket(rows_, ticket_id, door_);
    door_.ticket_id = ticket_id;
    door_.ticket = seen->second.ticket;
    door_.admission = seen->second.admission;
    show_date(rows_, door_);
    return true;
  }

  ScanVerdict judge(const OfflineScan& offline, const Scan& scan) {
    const auto local = local_time(door_.event.terms.timezone, scan.at.ms);
    TicketCode code;
    code.key_id = static_cast<uint8_t>(offline.key_id);
    code.event_id = door_.ticket.event_id;
    code.ticket_id = offline.ticket_id;
    code.generation = static_cast<uint16_t>(offline.generation);
    const Showing showing{.code = code,
                          .direction = offline.direction,
                          .gate = scan.gate,
                          .at = scan.at.ms,
                          .local = local};
    const auto objection = objection_to(rows_, door_, showing);
    ++decision_.answer.recorded;
    const bool counted = !objection || counts(door_, offline.direction, objection->reason);
    if (objection) {
      ++decision_.answer.conflicts;
      decision_.record(ScanConflicted{door_.list.organization_id, door_.list.event_id, scan,
                                      objection->reason, objection->rule, counted});
    }
    if (counted) {
      decision_.record(let_through(door_, scan, local.day, std::nullopt));
      tell_if_filling(door_, decision_);
    }
    if (!objection) return {};
    return {ScanResult::conflict, objection->reason};
  }

  const Rows& rows_;
  Id by_;
  Door door_;
  std::unordered_map<std::string, Taken> nonces_;
  std::map<Id, Seen> tickets_;
  Decision<BatchView> decision_;
};

}  // namespace

Instant corrected(Instant scanned_at, Instant device_now, UnixMillis now) {
  return {std::clamp<UnixMillis>(scanned_at.ms + (now - device_now.ms), 0, now)};
}

Decided<BatchView> decide_batch(const Rows& rows, const Context& context,
                                const CheckInBatch& message) {
  auto door = open_door(rows, context.person, message.check_in_list_id);
  if (!door) return door.error();
  const auto own_gate = device_gate(rows, *context.person);
  const auto& scans = message.scans;
  for (const auto& scan : scans) {
    if (own_gate && scan.gate && scan.gate != own_gate) return wrong_gate(*own_gate);
  }
  std::vector<size_t> order(scans.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return scans[a].scanned_at < scans[b].scanned_at; });
  Intake intake(rows, context.person->person_id, std::move(*door));
  std::vector<ScanVerdict> verdicts(scans.size());
  for (const size_t i : order) {
    const auto at = corrected(scans[i].scanned_at, message.now, context.now);
    verdicts[i] = intake.take(scans[i], at, scans[i].gate ? scans[i].gate : own_gate);
  }
  auto& decision = intake.decision();
  decision.answer.clock_off_ms = message.now.ms - context.now;
  decision.answer.verdicts = std::move(verdicts);
  return std::move(decision);
}

}  // namespace bilten::ticket
