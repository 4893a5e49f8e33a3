// [ticket]: what an operator may set of the ticket daemon. How long holds last and how many tickets
// an order may have is each event's own choice, not a setting.
#pragma once

#include "common/wire/field.h"

namespace bilten::ticket {

struct Config {
  int64_t types_per_event_max = 500;
  int64_t code_grace_hours = 24;
  int64_t waiting_offer_hours = 24;
  static constexpr auto fields() {
    return field_list(field("types_per_event_max", &Config::types_per_event_max, between(1, 1000))
                          .doc("Ticket types one event may have."),
                      field("code_grace_hours", &Config::code_grace_hours, between(0, 720))
                          .doc("How long after its event's end a ticket code still checks "
                               "without a network."),
                      field("waiting_offer_hours", &Config::waiting_offer_hours, between(1, 168))
                          .doc("How long places are held for who is next on a waiting list."));
  }
};

}  // namespace bilten::ticket
