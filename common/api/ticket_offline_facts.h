// What the ticket service announces of scans that were made without a network.
#pragma once

#include <variant>

#include "common/api/ticket_door_facts.h"

namespace bilten::api::ticket {

// Whoever was scanned is inside, whatever was wrong with it: so it is recorded as it happened. One
// that counted is a ticket.checked_in too.
struct ScanConflicted {
  static constexpr std::string_view name = "ticket.scan_conflicted";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A scan without a network let a ticket through that would have been refused.";
  Id organization_id, event_id;
  Scan scan;
  ScanReason reason = ScanReason::invalid;  // What it would have been refused with.
  std::optional<std::string> rule;          // Of the reason `rule`: what it says to staff.
  bool counted = true;                      // No: the ticket was not the list's to count.
  static constexpr auto fields() {
    return field_list(field("organization_id", &ScanConflicted::organization_id),
                      field("event_id", &ScanConflicted::event_id),
                      field("scan", &ScanConflicted::scan),
                      field("reason", &ScanConflicted::reason),
                      field("rule", &ScanConflicted::rule, length(1, 200)),
                      field("counted", &ScanConflicted::counted));
  }
};

using OfflineFacts = std::variant<ScanConflicted>;

}  // namespace bilten::api::ticket
