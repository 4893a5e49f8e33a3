// What the ticket daemon remembers of doors without a network: the devices that stand at them, and
// scans that would have been refused.
#pragma once

#include "common/api/ticket_offline_facts.h"
#include "common/api/user.h"
#include "daemons/ticket/door_rows.h"

namespace bilten::ticket {

// Key: device id. As the user service enrolled it; a revoked device has no row.
struct DeviceRow {
  static constexpr std::string_view table = "device";
  Id organization_id;
  std::optional<Id> event_id = {};
  std::optional<std::string> gate = {};
  static constexpr auto fields() {
    return field_list(field("organization", &DeviceRow::organization_id),
                      field("event", &DeviceRow::event_id),
                      field("gate", &DeviceRow::gate, length(1, kGateNameMax)));
  }
};

// One scan of a conflict, as it happened.
struct ConflictingScan {
  Instant at;
  std::optional<Instant> device_at = {};
  Direction direction = Direction::entry;
  Id by;
  std::optional<std::string> gate = {};
  static constexpr auto fields() {
    using Self = ConflictingScan;
    return field_list(field("at", &Self::at), field("device_at", &Self::device_at),
                      field("direction", &Self::direction), field("by", &Self::by),
                      field("gate", &Self::gate, length(1, kGateNameMax)));
  }
};

// Key: check-in list id + ticket id + nonce.
struct ConflictRow {
  static constexpr std::string_view table = "conflict";
  ConflictingScan scan;
  ScanReason reason = ScanReason::invalid;
  std::optional<ConflictingScan> first = {};  // The ticket's first entry as it was known before.
  static constexpr auto fields() {
    return field_list(field("scan", &ConflictRow::scan), field("reason", &ConflictRow::reason),
                      field("first", &ConflictRow::first));
  }
};

inline std::string conflict_key(const Id& check_in_list_id, const Id& ticket_id,
                                std::string_view nonce) {
  return std::string(RowKey(check_in_list_id).id(ticket_id).text(nonce));
}

}  // namespace bilten::ticket
