// The [events] section of bilten.toml.
#pragma once

#include "common/wire/field.h"

namespace bilten::events {

struct Config {
  std::string listen_publish = "tcp://127.0.0.1:5571";
  std::string listen_subscribe = "tcp://127.0.0.1:5572";
  std::string listen_operations = "tcp://127.0.0.1:5573";
  std::string listen_peers = "tcp://127.0.0.1:5574";
  std::vector<std::string> peers;
  std::string access = "/etc/bilten/access.toml";
  uint32_t high_water = 10'000;
  static constexpr auto fields() {
    return field_list(
        field("listen_publish", &Config::listen_publish, length(1, 200))
            .doc("Where daemons publish their facts."),
        field("listen_subscribe", &Config::listen_subscribe, length(1, 200))
            .doc("Where daemons and gateways hear facts."),
        field("listen_operations", &Config::listen_operations, length(1, 200))
            .doc("Where operators hear ops., metric. and log. topics."),
        field("listen_peers", &Config::listen_peers, length(1, 200))
            .doc("Where bilten-events of other machines hear what is published here."),
        field("peers", &Config::peers, items(0, 5, length(1, 200)))
            .doc(
                "Those addresses of the other machines; principal@tcp://host:port where the key is "
                "not that of `events`."),
        field("access", &Config::access, length(1, 4000)).doc("Who may do what; read on SIGHUP."),
        field("high_water", &Config::high_water, between(10'000, 1'000'000))
            .doc("Publications kept for one slow reader; beyond it loses, and repairs from the "
                 "journal."));
  }
};

}  // namespace bilten::events
