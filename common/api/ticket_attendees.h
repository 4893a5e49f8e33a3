// The contract of attendees: who the tickets of an order are for (docs/attendees.md).
#pragma once

#include "common/api/list.h"

namespace bilten::api::ticket {

// Whom one ticket is for. Personal: in the vault, and in no fact.
struct Attendee {
  std::optional<std::string> full_name, email;
  bool operator==(const Attendee&) const = default;
  static constexpr auto fields() {
    return field_list(field("name", &Attendee::full_name, length(1, 200, Format::line)),
                      field("email", &Attendee::email, length(3, 254, Format::email)));
  }
};

}  // namespace bilten::api::ticket
