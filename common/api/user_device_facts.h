// The facts of an organisation's devices: scanners that work at one event's doors without anybody's
// password. None holds a code or a token.
#pragma once

#include <optional>

#include "common/wire/contract.h"

namespace bilten::api::user {

inline constexpr int64_t kGateMax = 40;  // Code points of a gate's name.

// What a device is for. Its name is the organisation's word for it ("Scanner 3") and no person's.
struct DeviceTerms {
  std::string title;
  std::optional<Id> event_id;       // Absent: any event of the organisation.
  std::optional<std::string> gate;  // Absent: any gate.
  static constexpr auto fields() {
    return field_list(field("name", &DeviceTerms::title, length(1, 100, Format::line)),
                      field("event_id", &DeviceTerms::event_id)
                          .doc("The only event it works at; absent: any of the organisation."),
                      field("gate", &DeviceTerms::gate, length(1, kGateMax, Format::line))
                          .doc("The only gate it works at; absent: any."));
  }
};

struct DeviceAdded {
  static constexpr std::string_view name = "user.device_added";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An organisation has a device more; it may be enrolled.";
  Id organization_id, device_id;
  DeviceTerms terms;
  Id by;  // The person who added it.
  Instant at, code_until;
  static constexpr auto fields() {
    return field_list(field("organization_id", &DeviceAdded::organization_id),
                      field("device_id", &DeviceAdded::device_id),
                      field("terms", &DeviceAdded::terms), field("by", &DeviceAdded::by),
                      field("at", &DeviceAdded::at), field("code_until", &DeviceAdded::code_until));
  }
};

struct DeviceEnrolled {
  static constexpr std::string_view name = "user.device_enrolled";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A device showed its code: its tokens are good from now.";
  Id organization_id, device_id, session_id;
  DeviceTerms terms;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &DeviceEnrolled::organization_id),
                      field("device_id", &DeviceEnrolled::device_id),
                      field("session_id", &DeviceEnrolled::session_id),
                      field("terms", &DeviceEnrolled::terms), field("at", &DeviceEnrolled::at));
  }
};

struct DeviceRolled {
  static constexpr std::string_view name = "user.device_rolled";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A device is to be enrolled anew: codes and keys of before are dead.";
  Id organization_id, device_id;
  int64_t generation = 2;
  Id by;
  Instant at, code_until;
  static constexpr auto fields() {
    return field_list(field("organization_id", &DeviceRolled::organization_id),
                      field("device_id", &DeviceRolled::device_id),
                      field("generation", &DeviceRolled::generation, between(2, INT64_MAX)),
                      field("by", &DeviceRolled::by), field("at", &DeviceRolled::at),
                      field("code_until", &DeviceRolled::code_until));
  }
};

struct DeviceRevoked {
  static constexpr std::string_view name = "user.device_revoked";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A device is gone for good.";
  Id organization_id, device_id, by;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &DeviceRevoked::organization_id),
                      field("device_id", &DeviceRevoked::device_id),
                      field("by", &DeviceRevoked::by), field("at", &DeviceRevoked::at));
  }
};

}  // namespace bilten::api::user
