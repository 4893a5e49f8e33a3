// Settings of the event daemon.
#pragma once

#include "common/wire/field.h"

namespace bilten::event {

struct Config {
  uint32_t list_scan_max = 500;
  static constexpr auto fields() {
    return field_list(field("list_scan_max", &Config::list_scan_max, between(100, 10'000))
                          .or_default()
                          .doc("Listed events that one page of GET /v1/events looks at."));
  }
};

}  // namespace bilten::event
