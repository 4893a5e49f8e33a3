// What the ticket service announces of the keys that sign ticket codes.
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::ticket {

inline constexpr int64_t kKeyIdMax = 255;  // One byte of the code.

struct KeyRotated {
  static constexpr std::string_view name = "ticket.key_rotated";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event's ticket codes are signed by another key.";
  Id organization_id, event_id;
  int64_t key_id = 2;           // The current one from now on.
  int64_t oldest_accepted = 1;  // Codes of keys before it are revoked.
  Id person_id;                 // Who did it.
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &KeyRotated::organization_id),
                      field("event_id", &KeyRotated::event_id),
                      field("key_id", &KeyRotated::key_id, between(2, kKeyIdMax)),
                      field("oldest_accepted", &KeyRotated::oldest_accepted, between(1, kKeyIdMax)),
                      field("person_id", &KeyRotated::person_id), field("at", &KeyRotated::at));
  }
};

using KeyFacts = std::variant<KeyRotated>;

}  // namespace bilten::api::ticket
