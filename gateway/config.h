// [gateway]: what an operator may set.
#pragma once

#include <string>
#include <vector>

#include "common/wire/field.h"
#include "gateway/server.h"

namespace bilten::gateway {

struct Config {
  std::string listen = "127.0.0.1:8080";
  std::string access = "/etc/bilten/access.toml";
  uint32_t threads = 1'200;
  uint32_t body_bytes_max = 256 * 1024;
  uint32_t head_ms = 5'000, body_ms = 60'000, keep_alive_ms = 15'000, stall_ms = 5'000;
  uint32_t body_bytes_per_s = 1'024;
  uint32_t drain_ms = 10'000;
  std::vector<std::string> cors_origins;
  std::vector<std::string> shared_reads{"ticket.types", "ticket.room"};
  uint32_t shared_fresh_ms = 250, shared_kept_s = 60;

  static constexpr auto fields() {
    return field_list(
        field("listen", &Config::listen, length(1, 100))
            .doc("Address and port of plain HTTP/1.1; TLS ends at a proxy in front."),
        field("access", &Config::access, length(1, 4000))
            .doc("access.toml: which service may claim which routes."),
        field("threads", &Config::threads, between(8, 8'000))
            .doc("Connections served at once, idle and slow ones too; the descriptor limit must "
                 "be 1,500 higher."),
        field("body_bytes_max", &Config::body_bytes_max, between(1'024, 1'000'000))
            .doc("Largest body, where a route does not say that it takes more (to 4 MiB)."),
        field("head_ms", &Config::head_ms, between(100, 60'000))
            .doc("A request's head must arrive within this time."),
        field("body_ms", &Config::body_ms, between(100, 600'000))
            .doc("A request's body must arrive within this time."),
        field("keep_alive_ms", &Config::keep_alive_ms, between(100, 600'000))
            .doc("An idle connection is kept so long."),
        field("stall_ms", &Config::stall_ms, between(100, 60'000))
            .doc("A client that sends nothing at all, or stops reading its answer, is cut then."),
        field("body_bytes_per_s", &Config::body_bytes_per_s, between(1, 1'000'000))
            .doc("Slowest average pace of a body, once its first 5 seconds are over."),
        field("drain_ms", &Config::drain_ms, between(0, 60'000))
            .doc("How long requests in flight may go on after the order to stop."),
        field("cors_origins", &Config::cors_origins, items(0, 50, length(1, 200)))
            .doc("Origins whose pages may call this API from a browser; none by default."),
        field("shared_reads", &Config::shared_reads, items(0, 50, length(1, 64)))
            .doc("Reads whose answers guests share: many ask the same when a sale opens."),
        field("shared_fresh_ms", &Config::shared_fresh_ms, between(0, 60'000))
            .doc("A shared answer is at most so old."),
        field("shared_kept_s", &Config::shared_kept_s, between(0, 86'400))
            .doc("So long the last one is given while the service cannot answer."));
  }
};

}  // namespace bilten::gateway
