// What the ticket service announces of doors: check-in lists and scans.
#pragma once

#include <variant>

#include "common/api/ticket_list_terms.h"

namespace bilten::api::ticket {

// Why a ticket is not let in, or out. `invalid` is answered and never recorded: a flood of made-up
// codes must not fill the journal.
enum class ScanReason : uint8_t {
  invalid,
  already_redeemed,
  wrong_event,
  wrong_type,
  not_yet,
  too_late,
  cancelled,
  refunded,
  revoked,
  blocked,
  unpaid,
  not_inside,
  no_exit,
  rule,
  full,
};
constexpr auto names_of(ScanReason) {
  return std::array<std::string_view, 15>{
      "invalid",  "already_redeemed", "wrong_event", "wrong_type", "not_yet",
      "too_late", "cancelled",        "refunded",    "revoked",    "blocked",
      "unpaid",   "not_inside",       "no_exit",     "rule",       "full"};
}

// Of a list's facts.
struct ListFact {
  Id organization_id, event_id, check_in_list_id;
  ListTerms terms;
  static constexpr auto fields() {
    return field_list(field("organization_id", &ListFact::organization_id),
                      field("event_id", &ListFact::event_id),
                      field("check_in_list_id", &ListFact::check_in_list_id),
                      field("terms", &ListFact::terms));
  }
};
struct CheckInListAdded : ListFact {
  static constexpr std::string_view name = "ticket.check_in_list_added";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event has a check-in list more.";
};
struct CheckInListChanged : ListFact {
  static constexpr std::string_view name = "ticket.check_in_list_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A check-in list has other terms.";
};

struct CheckInListRemoved {
  static constexpr std::string_view name = "ticket.check_in_list_removed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A check-in list is gone; it had no scans.";
  Id organization_id, event_id, check_in_list_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &CheckInListRemoved::organization_id),
                      field("event_id", &CheckInListRemoved::event_id),
                      field("check_in_list_id", &CheckInListRemoved::check_in_list_id));
  }
};

// What is common to a scan that was taken and one that was refused.
struct Scan {
  Id ticket_id, check_in_list_id;
  Direction direction = Direction::entry;
  Instant at;                        // Of the service.
  std::optional<Instant> device_at;  // What the scanner's clock said.
  Id by;                             // The person at the door.
  std::string nonce;
  std::optional<std::string> gate = {};
  static constexpr auto fields() {
    return field_list(field("ticket_id", &Scan::ticket_id),
                      field("check_in_list_id", &Scan::check_in_list_id),
                      field("direction", &Scan::direction), field("at", &Scan::at),
                      field("device_at", &Scan::device_at), field("by", &Scan::by),
                      field("nonce", &Scan::nonce, length(1, 64, Format::line)),
                      field("gate", &Scan::gate, length(1, kGateNameMax, Format::line)));
  }
};

struct CheckedIn {
  static constexpr std::string_view name = "ticket.checked_in";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A ticket went through the door, in or out.";
  Id organization_id, event_id, ticket_type_id;
  Scan scan;
  // Of the code as it was shown: the next scan of it needs no signature check. Absent: by its id.
  std::optional<Bytes> code_hash;
  int64_t day = 0;    // Of scan.at in the event's time zone, since 1970.
  ListCounts counts;  // The list's, after it.
  static constexpr auto fields() {
    return field_list(
        field("organization_id", &CheckedIn::organization_id),
        field("event_id", &CheckedIn::event_id),
        field("ticket_type_id", &CheckedIn::ticket_type_id), field("scan", &CheckedIn::scan),
        field("code_hash", &CheckedIn::code_hash, between(16, 16)),
        field("day", &CheckedIn::day, between(0, INT64_MAX)), field("counts", &CheckedIn::counts));
  }
};

struct ScanRefused {
  static constexpr std::string_view name = "ticket.scan_refused";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A genuine ticket was not let through the door.";
  Id organization_id, event_id;  // Of the check-in list.
  Scan scan;
  ScanReason reason = ScanReason::invalid;
  std::optional<std::string> rule = {};  // Of the reason `rule`: what it says to staff.
  static constexpr auto fields() {
    return field_list(field("organization_id", &ScanRefused::organization_id),
                      field("event_id", &ScanRefused::event_id), field("scan", &ScanRefused::scan),
                      field("reason", &ScanRefused::reason),
                      field("rule", &ScanRefused::rule, length(1, 200)));
  }
};

struct CheckInUndone {
  static constexpr std::string_view name = "ticket.check_in_undone";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A ticket's last scan on a check-in list counts no more: its counters and the ticket are as "
      "before it.";
  Id organization_id, event_id, undo_id;
  Scan scan;  // The undone one, but for `at`, `by` and `nonce`, which are the undoing's.
  std::string undone_nonce;
  ListCounts counts;  // The list's, after it.
  static constexpr auto fields() {
    return field_list(field("organization_id", &CheckInUndone::organization_id),
                      field("event_id", &CheckInUndone::event_id),
                      field("undo_id", &CheckInUndone::undo_id),
                      field("scan", &CheckInUndone::scan),
                      field("undone_nonce", &CheckInUndone::undone_nonce, length(1, 64)),
                      field("counts", &CheckInUndone::counts));
  }
};

// Once when it becomes 90 % full, and again only after it fell below 85 %.
struct DoorFilling {
  static constexpr std::string_view name = "ticket.door_filling";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "What a check-in list leads into is nearly full.";
  Id organization_id, event_id, check_in_list_id;
  int64_t inside = 0, capacity = 0;
  static constexpr auto fields() {
    return field_list(field("organization_id", &DoorFilling::organization_id),
                      field("event_id", &DoorFilling::event_id),
                      field("check_in_list_id", &DoorFilling::check_in_list_id),
                      field("inside", &DoorFilling::inside, between(0, kCapacityMax)),
                      field("capacity", &DoorFilling::capacity, between(1, kCapacityMax)));
  }
};

using DoorFacts = std::variant<CheckInListAdded, CheckInListChanged, CheckInListRemoved, CheckedIn,
                               ScanRefused, CheckInUndone, DoorFilling>;

}  // namespace bilten::api::ticket
