// What every mesh answers beyond the services' own contracts: the broker's `$mesh.*`, and the
// messages that each stateful daemon's runtime adds to its service (docs/protocol.md).
#pragma once

#include "common/wire/control.h"
#include "common/wire/field.h"

namespace bilten::mesh {

// ---- the broker: $mesh.ping, $mesh.info, $mesh.stats, $mesh.services, $mesh.peers ----

struct Ping {  // $mesh.ping -> Pong
  static constexpr auto fields() { return field_list(); }
};
struct Pong {
  Instant at;
  static constexpr auto fields() { return field_list(field("at", &Pong::at)); }
};

struct Info {  // The answer of $mesh.info {}
  std::string name, build;
  Id broker;
  Instant started_at;
  uint32_t peers = 0, inflight = 0, queued = 0;
  bool draining = false;
  static constexpr auto fields() {
    return field_list(
        field("name", &Info::name, length(0, 64)), field("build", &Info::build, length(0, 64)),
        field("broker", &Info::broker), field("started_at", &Info::started_at),
        field("peers", &Info::peers, between(0, UINT32_MAX)),
        field("inflight", &Info::inflight, between(0, UINT32_MAX)),
        field("queued", &Info::queued, between(0, UINT32_MAX)), field("draining", &Info::draining));
  }
};

struct CounterValue {
  std::string name;
  int64_t value = 0;
  static constexpr auto fields() {
    return field_list(field("name", &CounterValue::name, length(1, 100)),
                      field("value", &CounterValue::value, between(0, INT64_MAX)));
  }
};
struct Stats {  // The answer of $mesh.stats {}
  std::vector<CounterValue> counters;
  static constexpr auto fields() {
    return field_list(field("counters", &Stats::counters, items(0, 500)));
  }
};

struct WorkerInfo {
  Id instance;
  std::string principal, build, version;
  uint32_t credit = 0, inflight = 0, queue_ms = 0;
  bool owner = false, draining = false;
  std::string broker;  // The other broker that it joined; "": it is this one's.
  static constexpr auto fields() {
    return field_list(field("instance", &WorkerInfo::instance),
                      field("principal", &WorkerInfo::principal, length(0, 64)),
                      field("build", &WorkerInfo::build, length(0, 64)),
                      field("version", &WorkerInfo::version, length(0, 32)),
                      field("credit", &WorkerInfo::credit, between(0, UINT32_MAX)),
                      field("inflight", &WorkerInfo::inflight, between(0, UINT32_MAX)),
                      field("queue_ms", &WorkerInfo::queue_ms, between(0, UINT32_MAX)),
                      field("owner", &WorkerInfo::owner), field("draining", &WorkerInfo::draining),
                      field("broker", &WorkerInfo::broker, length(0, 64)).or_default());
  }
};
struct ServiceInfo {
  std::string service;
  Bytes contract_hash;
  std::vector<WorkerInfo> workers;  // Empty: it was here, and is away.
  static constexpr auto fields() {
    return field_list(field("service", &ServiceInfo::service, length(1, 32)),
                      field("contract_hash", &ServiceInfo::contract_hash, between(0, 16)),
                      field("workers", &ServiceInfo::workers, items(0, 1000)));
  }
};
struct Services {     // The answer of $mesh.services {}
  int64_t index = 0;  // Rises with every change of who serves what.
  std::vector<ServiceInfo> services;
  static constexpr auto fields() {
    return field_list(field("index", &Services::index, between(0, INT64_MAX)),
                      field("services", &Services::services, items(0, 1000)));
  }
};

// Another broker that the answering one dials.
struct PeerInfo {
  std::string address, name;  // `name` as it told; "" before the first word from it.
  Id broker;
  std::string state;    // "up", "opening" or "closed".
  std::string refused;  // Why it is not wanted, or does not want; "": it is not refused.
  uint32_t workers = 0, inflight = 0;
  static constexpr auto fields() {
    return field_list(field("address", &PeerInfo::address, length(0, 200)),
                      field("name", &PeerInfo::name, length(0, 64)),
                      field("broker", &PeerInfo::broker),
                      field("state", &PeerInfo::state, length(0, 16)),
                      field("refused", &PeerInfo::refused, length(0, 500)),
                      field("workers", &PeerInfo::workers, between(0, UINT32_MAX)),
                      field("inflight", &PeerInfo::inflight, between(0, UINT32_MAX)));
  }
};
struct Peers {  // The answer of $mesh.peers {}
  std::vector<PeerInfo> peers;
  static constexpr auto fields() { return field_list(field("peers", &Peers::peers, items(0, 16))); }
};

// ---- every stateful daemon, under its own service name ----
// `<service>.$contract` {} -> wire/contract.h ServiceDescription
// `<service>.$metrics` {} -> MetricsText
// `<service>.journal.head` {} -> JournalHead
// `<service>.journal.read` JournalRead -> JournalPage; refusals epoch_changed, history_differs

struct MetricsText {
  std::string text;
  static constexpr auto fields() {
    return field_list(field("text", &MetricsText::text, length(0, 1 << 20)));
  }
};

// Where the public part of a journal stands; also the body of the watermark `wm.<service>`.
struct JournalHead {
  int64_t epoch = 0, seq = 0;
  Bytes hash;  // Of the fact at seq; 32 zero bytes at seq 0.
  static constexpr auto fields() {
    return field_list(field("epoch", &JournalHead::epoch, between(0, INT64_MAX)),
                      field("seq", &JournalHead::seq, between(0, INT64_MAX)),
                      field("hash", &JournalHead::hash, between(32, 32)));
  }
};

// Public facts after `after`. `hash_at_after` proves one past: 32 bytes, zeros where after is 0.
// epoch 0: whatever the owner has (a first read).
struct JournalRead {
  int64_t epoch = 0, after = 0;
  Bytes hash_at_after;
  uint32_t bytes_max = 500'000;
  static constexpr auto fields() {
    return field_list(field("epoch", &JournalRead::epoch, between(0, INT64_MAX)),
                      field("after", &JournalRead::after, between(0, INT64_MAX)),
                      field("hash_at_after", &JournalRead::hash_at_after, between(0, 32)),
                      field("bytes_max", &JournalRead::bytes_max, between(1, 900'000)));
  }
};
struct JournalEntry {
  int64_t seq = 0;
  Instant at;
  std::string name;
  Bytes body, hash, traceparent;
  static constexpr auto fields() {
    return field_list(field("seq", &JournalEntry::seq, between(1, INT64_MAX)),
                      field("at", &JournalEntry::at),
                      field("name", &JournalEntry::name, length(1, 64)),
                      field("body", &JournalEntry::body, between(0, 1 << 20)),
                      field("hash", &JournalEntry::hash, between(32, 32)),
                      field("traceparent", &JournalEntry::traceparent, between(0, 25)));
  }
};
struct JournalPage {
  JournalHead head;
  std::vector<JournalEntry> facts;
  static constexpr auto fields() {
    return field_list(field("head", &JournalPage::head),
                      field("facts", &JournalPage::facts, items(0, 100'000)));
  }
};

}  // namespace bilten::mesh
