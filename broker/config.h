// The [broker] section of bilten.toml.
#pragma once

#include "common/wire/field.h"

namespace bilten::broker {

struct Config {
  std::string listen = "tcp://127.0.0.1:5570";
  std::string name = "broker";
  std::string access = "/etc/bilten/access.toml";
  std::vector<std::string> peers;
  uint32_t heartbeat_ms = 1000;
  uint32_t liveness = 3;
  uint32_t queue_max = 1024;
  uint32_t queue_wait_ms = 500;
  uint32_t inflight_max = 65'536;
  uint32_t inflight_per_principal = 1024;
  uint32_t peers_max = 4096;
  uint32_t drain_ms = 10'000;
  static constexpr auto fields() {
    return field_list(
        field("listen", &Config::listen, length(1, 200))
            .doc("Address for all daemons, gateways and tools."),
        field("name", &Config::name, length(1, 64))
            .doc("What this broker calls itself; each its own."),
        field("access", &Config::access, length(1, 4000)).doc("Who may do what; read on SIGHUP."),
        field("heartbeat_ms", &Config::heartbeat_ms, between(100, 30'000))
            .doc("Idle links say this often that they live."),
        field("peers", &Config::peers, items(0, 5, length(1, 200)))
            .doc("Brokers of other machines that this one forwards to; principal@tcp://host:port "
                 "where the key is not `broker`'s."),
        field("liveness", &Config::liveness, between(2, 100))
            .doc("Silent intervals until a peer is given up."),
        field("queue_max", &Config::queue_max, between(1, 65'536))
            .doc("Requests of one service that may wait for a worker."),
        field("queue_wait_ms", &Config::queue_wait_ms, between(1, 60'000))
            .doc("How long a request waits for a worker at most."),
        field("inflight_max", &Config::inflight_max, between(1024, 1'048'576))
            .doc("Requests in flight altogether, in steps of 1024."),
        field("inflight_per_principal", &Config::inflight_per_principal, between(1, 65'536))
            .doc("Requests in flight of one principal."),
        field("peers_max", &Config::peers_max, between(1, 65'536)).doc("Connections."),
        field("drain_ms", &Config::drain_ms, between(0, 600'000))
            .doc("How long stopping waits for requests in flight."));
  }
};

}  // namespace bilten::broker
