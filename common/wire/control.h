// The bodies of control frames: who a peer is and what it serves (docs/protocol.md, section 4).
#pragma once

#include "common/wire/field.h"

namespace bilten {

enum class PeerRole : uint8_t { client, worker, broker };
constexpr auto names_of(PeerRole) {
  return std::array<std::string_view, 3>{"client", "worker", "broker"};
}

// The business keys an owner holds: the hashes in the header's `shard`, both ends included.
struct ShardRange {
  uint32_t lo = 1, hi = UINT32_MAX;
  static constexpr auto fields() {
    return field_list(field("lo", &ShardRange::lo, between(1, UINT32_MAX)),
                      field("hi", &ShardRange::hi, between(1, UINT32_MAX)));
  }
};

// One service that a worker claims.
struct ServiceClaim {
  std::string service;
  std::string version;  // semver
  uint32_t credit = 0;  // Requests it takes at once.
  uint32_t weight = 1;
  bool owner = false;                     // Stateful: its shards are its alone.
  int64_t epoch = 0;                      // Raised by an operator only.
  Bytes folder_id;                        // Of an owner: which data folder (16 bytes).
  Bytes contract_hash;                    // 16 bytes; the contract itself is `<service>.$contract`.
  std::optional<ShardRange> shards = {};  // Of an owner; absent: all.
  static constexpr auto fields() {
    return field_list(
        field("service", &ServiceClaim::service, length(1, 32, Format::word)),
        field("version", &ServiceClaim::version, length(0, 32)),
        field("credit", &ServiceClaim::credit, between(0, 65'536)),
        field("weight", &ServiceClaim::weight, between(1, 1000)).or_default(),
        field("owner", &ServiceClaim::owner).or_default(),
        field("epoch", &ServiceClaim::epoch, between(0, INT64_MAX)).or_default(),
        field("folder_id", &ServiceClaim::folder_id, between(0, 16)).or_default(),
        field("contract_hash", &ServiceClaim::contract_hash, between(0, 16)).or_default(),
        field("shards", &ServiceClaim::shards));
  }
};

// READY: the first frame on every connection; sent again, it replaces the claims.
struct Ready {
  uint32_t version_min = 1;
  uint32_t version_max = 1;
  PeerRole role = PeerRole::client;
  Id instance;              // Of this process.
  int64_t incarnation = 0;  // Unix ms of its start: newer wins for the same folder.
  std::string build;
  uint32_t heartbeat_ms = 1000;
  std::vector<ServiceClaim> services;
  std::string name;  // Of a broker: what it calls itself, unique in the mesh.
  static constexpr auto fields() {
    return field_list(field("version_min", &Ready::version_min, between(1, 255)),
                      field("version_max", &Ready::version_max, between(1, 255)),
                      field("role", &Ready::role), field("instance", &Ready::instance),
                      field("incarnation", &Ready::incarnation, between(0, INT64_MAX)),
                      field("build", &Ready::build, length(0, 64)),
                      field("heartbeat_ms", &Ready::heartbeat_ms, between(100, 30'000)),
                      field("services", &Ready::services, items(0, 64)),
                      field("name", &Ready::name, length(0, 64)).or_default());
  }
};

struct Welcome {
  uint32_t version = 1;
  Id broker;
  int64_t incarnation = 0;
  std::string name;
  uint32_t heartbeat_ms = 1000;
  uint32_t liveness = 3;  // Silent intervals until a peer is given up.
  uint32_t frame_max = 0;
  uint32_t principal = 0;
  bool draining = false;
  static constexpr auto fields() {
    return field_list(field("version", &Welcome::version, between(1, 255)),
                      field("broker", &Welcome::broker),
                      field("incarnation", &Welcome::incarnation, between(0, INT64_MAX)),
                      field("name", &Welcome::name, length(0, 64)),
                      field("heartbeat_ms", &Welcome::heartbeat_ms, between(100, 30'000)),
                      field("liveness", &Welcome::liveness, between(1, 100)),
                      field("frame_max", &Welcome::frame_max, between(0, UINT32_MAX)),
                      field("principal", &Welcome::principal, between(0, UINT32_MAX)),
                      field("draining", &Welcome::draining));
  }
};

// CREDIT: the absolute window for one service; safe to repeat.
struct Credit {
  std::string service;
  uint32_t credit = 0;
  static constexpr auto fields() {
    return field_list(field("service", &Credit::service, length(1, 32, Format::word)),
                      field("credit", &Credit::credit, between(0, 65'536)));
  }
};

// One worker that joined the telling broker itself.
struct Route {
  ServiceClaim claim;
  Id instance;
  int64_t incarnation = 0;
  bool draining = false;
  static constexpr auto fields() {
    return field_list(field("claim", &Route::claim), field("instance", &Route::instance),
                      field("incarnation", &Route::incarnation, between(0, INT64_MAX)),
                      field("draining", &Route::draining).or_default());
  }
};

// ROUTES: all that a broker serves by workers of its own, told to the brokers that dialled it. Each
// replaces the one before; one that is not newer (`seq`) is an echo and dropped.
struct Routes {
  static constexpr size_t kMax = 4000;
  int64_t seq = 0;
  std::vector<Route> routes;
  static constexpr auto fields() {
    return field_list(field("seq", &Routes::seq, between(0, INT64_MAX)),
                      field("routes", &Routes::routes, items(0, kMax)));
  }
};

// HEARTBEAT of a worker: how long its oldest request has waited, and how many it has.
struct Load {
  uint32_t queue_ms = 0;
  uint32_t inflight = 0;
  static constexpr auto fields() {
    return field_list(field("queue_ms", &Load::queue_ms, between(0, UINT32_MAX)),
                      field("inflight", &Load::inflight, between(0, UINT32_MAX)));
  }
};

}  // namespace bilten
