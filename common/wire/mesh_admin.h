// What every mesh answers beyond the services' own contracts: the broker's `$mesh.*`, and the
// messages that each stateful daemon's runtime adds to its service (docs/protocol.md).
#pragma once

#include "common/wire/control.h"
#include "common/wire/field.h"
#include "common/wire/trace.h"

namespace bilten::mesh {

// ---- the broker: $mesh.ping, info, stats, services, peers, latency, tap, trace, metrics ----

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

// How a service's requests fare at this broker. `failed` is the platform's fault, `refused` is not.
struct ServiceLatency {
  std::string service;
  int64_t answered = 0, refused = 0, failed = 0;  // Since the start.
  uint32_t queued = 0;
  int64_t p50_us = 0, p99_us = 0;  // Of the last 10 to 20 s; 0: there were none.
  static constexpr auto fields() {
    return field_list(field("service", &ServiceLatency::service, length(1, 32)),
                      field("answered", &ServiceLatency::answered, between(0, INT64_MAX)),
                      field("refused", &ServiceLatency::refused, between(0, INT64_MAX)),
                      field("failed", &ServiceLatency::failed, between(0, INT64_MAX)),
                      field("queued", &ServiceLatency::queued, between(0, UINT32_MAX)),
                      field("p50_us", &ServiceLatency::p50_us, between(0, INT64_MAX)),
                      field("p99_us", &ServiceLatency::p99_us, between(0, INT64_MAX)));
  }
};
struct Latency {  // The answer of $mesh.latency {}
  std::vector<ServiceLatency> services;
  static constexpr auto fields() {
    return field_list(field("services", &Latency::services, items(0, 1000)));
  }
};

// $mesh.tap: headers of the frames that the broker receives, page by page. The tap is filled while
// somebody asks at least every ten seconds; sample and budget of the last question hold.
struct TapQuestion {
  int64_t after = 0;  // `next` of the page before.
  double sample = 1;  // Share of the frames.
  uint32_t limit = 500;
  uint32_t bytes_per_s = 262'144;  // Of headers; what is beyond is counted as missed.
  static constexpr auto fields() {
    return field_list(
        field("after", &TapQuestion::after, between(0, INT64_MAX)).or_default(),
        field("sample", &TapQuestion::sample, between(0, 1)).or_default(),
        field("limit", &TapQuestion::limit, between(1, 1000)).or_default(),
        field("bytes_per_s", &TapQuestion::bytes_per_s, between(1024, 4 << 20)).or_default());
  }
};
struct TapHeader {
  int64_t number = 0;
  Instant at;
  std::string from;     // The peer's principal.
  std::string command;  // "request"
  std::string name;     // Empty in answers.
  uint32_t code = 0, flags = 0, ttl_ms = 0, ext_bytes = 0, body_bytes = 0;
  static constexpr auto fields() {
    return field_list(field("number", &TapHeader::number, between(0, INT64_MAX)),
                      field("at", &TapHeader::at), field("from", &TapHeader::from, length(0, 64)),
                      field("command", &TapHeader::command, length(1, 16)),
                      field("name", &TapHeader::name, length(0, 64)),
                      field("code", &TapHeader::code, between(0, 255)),
                      field("flags", &TapHeader::flags, between(0, 65'535)),
                      field("ttl_ms", &TapHeader::ttl_ms, between(0, UINT32_MAX)),
                      field("ext_bytes", &TapHeader::ext_bytes, between(0, 4096)),
                      field("body_bytes", &TapHeader::body_bytes, between(0, 2 << 20)));
  }
};
struct TapPage {
  int64_t next = 0;    // The cursor for the next question.
  int64_t missed = 0;  // Headers beyond the budget since the tap was opened.
  std::vector<TapHeader> headers;
  static constexpr auto fields() {
    return field_list(field("next", &TapPage::next, between(0, INT64_MAX)),
                      field("missed", &TapPage::missed, between(0, INT64_MAX)),
                      field("headers", &TapPage::headers, items(0, 1000)));
  }
};

// ---- every service; the broker answers them as `$mesh.trace` and `$mesh.metrics` ----
// `<service>.$trace` TraceQuestion -> TraceAnswer
// `<service>.$metrics` {} -> MetricsText

struct TraceQuestion {
  Bytes trace_id;
  static constexpr auto fields() {
    return field_list(
        field("trace_id", &TraceQuestion::trace_id, between(kTraceIdBytes, kTraceIdBytes)));
  }
};
struct TraceAnswer {
  std::string program, instance;
  std::vector<Span> spans;  // Of the latest that the process keeps; oldest first.
  static constexpr auto fields() {
    return field_list(field("program", &TraceAnswer::program, length(0, 64)),
                      field("instance", &TraceAnswer::instance, length(0, 64)),
                      field("spans", &TraceAnswer::spans, items(0, 1000)));
  }
};

// ---- every stateful daemon, under its own service name ----
// `<service>.$contract` {} -> wire/contract.h ServiceDescription
// `<service>.journal.head` {} -> JournalHead
// `<service>.journal.read` JournalRead -> JournalPage; refusals epoch_changed, history_differs

struct MetricsText {
  std::string text;
  // Which of several, where one name may stand for processes of several machines: a broker's own
  // name, the host of bilten-events. Else empty.
  std::string node = {};
  static constexpr auto fields() {
    return field_list(field("text", &MetricsText::text, length(0, 1 << 20)),
                      field("node", &MetricsText::node, length(0, 64)).or_default());
  }
};

// Where the public part of a journal stands; also the body of the watermark `wm.<service>`.
struct JournalHead {
  int64_t epoch = 0, seq = 0;
  Bytes hash;  // Of the fact at seq; 32 zero bytes at seq 0.
  // Where this epoch began: what follows that public position was recorded in it. -1: not known.
  int64_t epoch_seq = -1;
  Bytes epoch_hash = {};
  static constexpr auto fields() {
    return field_list(
        field("epoch", &JournalHead::epoch, between(0, INT64_MAX)),
        field("seq", &JournalHead::seq, between(0, INT64_MAX)),
        field("hash", &JournalHead::hash, between(32, 32)),
        field("epoch_seq", &JournalHead::epoch_seq, between(-1, INT64_MAX)).or_default(),
        field("epoch_hash", &JournalHead::epoch_hash, between(0, 32)).or_default());
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
