// What the ticket service announces of doors: check-in lists and scans.
#pragma once

#include "common/wire/contract.h"

namespace bilten::api::ticket {

enum class Direction : uint8_t { entry, exit };
constexpr auto names_of(Direction) {
  return std::array<std::string_view, 2>{"entry", "exit"};
}

// Why a ticket is not let in. `invalid` is answered and never recorded: a flood of made-up codes
// must not fill the journal.
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
};
constexpr auto names_of(ScanReason) {
  return std::array<std::string_view, 12>{
      "invalid",   "already_redeemed", "wrong_event", "wrong_type", "not_yet", "too_late",
      "cancelled", "refunded",         "revoked",     "blocked",    "unpaid",  "not_inside"};
}

struct CheckInListAdded {
  static constexpr std::string_view name = "ticket.check_in_list_added";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event has a check-in list more.";
  Id organization_id, event_id, check_in_list_id;
  std::string title;
  std::vector<Id> ticket_type_ids;  // Whom it lets in; empty: every ticket of the event.
  bool reentry = false;             // Who went out may come in again.
  static constexpr auto fields() {
    return field_list(field("organization_id", &CheckInListAdded::organization_id),
                      field("event_id", &CheckInListAdded::event_id),
                      field("check_in_list_id", &CheckInListAdded::check_in_list_id),
                      field("title", &CheckInListAdded::title, length(1, 100)),
                      field("ticket_type_ids", &CheckInListAdded::ticket_type_ids, items(0, 200)),
                      field("reentry", &CheckInListAdded::reentry));
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
  static constexpr auto fields() {
    return field_list(field("ticket_id", &Scan::ticket_id),
                      field("check_in_list_id", &Scan::check_in_list_id),
                      field("direction", &Scan::direction), field("at", &Scan::at),
                      field("device_at", &Scan::device_at), field("by", &Scan::by),
                      field("nonce", &Scan::nonce, length(1, 64, Format::line)));
  }
};

struct CheckedIn {
  static constexpr std::string_view name = "ticket.checked_in";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A ticket went through the door, in or out.";
  Id organization_id, event_id, ticket_type_id;
  Scan scan;
  Bytes code_hash;  // Of the code as it was shown: the next scan of it needs no signature check.
  static constexpr auto fields() {
    return field_list(field("organization_id", &CheckedIn::organization_id),
                      field("event_id", &CheckedIn::event_id),
                      field("ticket_type_id", &CheckedIn::ticket_type_id),
                      field("scan", &CheckedIn::scan),
                      field("code_hash", &CheckedIn::code_hash, between(16, 16)));
  }
};

struct ScanRefused {
  static constexpr std::string_view name = "ticket.scan_refused";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A genuine ticket was not let through the door.";
  Id organization_id, event_id;  // Of the check-in list.
  Scan scan;
  ScanReason reason = ScanReason::invalid;
  static constexpr auto fields() {
    return field_list(field("organization_id", &ScanRefused::organization_id),
                      field("event_id", &ScanRefused::event_id), field("scan", &ScanRefused::scan),
                      field("reason", &ScanRefused::reason));
  }
};

}  // namespace bilten::api::ticket
