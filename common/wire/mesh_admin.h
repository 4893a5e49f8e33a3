// What every mesh answers beyond the services' own contracts: the broker's `$mesh.*`, and the
// messages that each stateful daemon's runtime adds to its service (docs/protocol.md).
#pragma once

#include "common/wire/control.h"
#include "common/wire/field.h"
#include "common/wire/trace.h"

namespace bilten::mesh {

// ---- the broker: $mesh.ping, info, stats, services, peers, latency, tap, trace, metrics,
// ask; its traffic rules further down ----

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
  bool owner = false, draining = false;  // Draining: by its own wish, or by a rule.
  std::string broker;                    // The other broker that it joined; "": it is this one's.
  uint32_t weight = 1;                   // As READY had it, or a rule.
  uint32_t failures = 0;                 // In 1/1000 of its answers.
  bool breaker_open = false;
  std::optional<ShardRange> shards = {};
  static constexpr auto fields() {
    return field_list(field("instance", &WorkerInfo::instance),
                      field("principal", &WorkerInfo::principal, length(0, 64)),
                      field("build", &WorkerInfo::build, length(0, 64)),
                      field("version", &WorkerInfo::version, length(0, 32)),
                      field("credit", &WorkerInfo::credit, between(0, UINT32_MAX)),
                      field("inflight", &WorkerInfo::inflight, between(0, UINT32_MAX)),
                      field("queue_ms", &WorkerInfo::queue_ms, between(0, UINT32_MAX)),
                      field("owner", &WorkerInfo::owner), field("draining", &WorkerInfo::draining),
                      field("broker", &WorkerInfo::broker, length(0, 64)).or_default(),
                      field("weight", &WorkerInfo::weight, between(1, 1000)).or_default(),
                      field("failures", &WorkerInfo::failures, between(0, 1000)).or_default(),
                      field("breaker_open", &WorkerInfo::breaker_open).or_default(),
                      field("shards", &WorkerInfo::shards));
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
// $mesh.services {since} -> Services. With `since` the answer waits until the index is another, or
// nine tenths of the request's budget are over; 0: at once.
struct ServicesWatch {
  int64_t since = 0;
  static constexpr auto fields() {
    return field_list(field("since", &ServicesWatch::since, between(0, INT64_MAX)).or_default());
  }
};
struct Services {
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

// $mesh.ask: a question to one worker of the answering broker, where several share a service's
// name. It is about the worker itself, `<service>.$...`, and the answer is the worker's own.
// Whoever may call that message may ask so.
struct Ask {
  Id worker;         // Its instance, as $mesh.services shows it.
  std::string name;  // `gateway.$metrics`
  Bytes body;
  static constexpr auto fields() {
    return field_list(field("worker", &Ask::worker),
                      field("name", &Ask::name, length(1, 64, Format::line)),
                      field("body", &Ask::body, between(0, 4096)));
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

// ---- traffic rules: of operators only, in the broker's memory, gone with it ----
// Each of the six sets a rule, or replaces the one with the same target, and is answered Ruled;
// its neutral value (on false, weight 0, percent 0, no limit) takes the rule away. A version is
// exact or a prefix and a star; a worker is an instance as $mesh.services shows it.

constexpr auto kServiceName = length(1, 32, Format::word);
constexpr auto kVersionText = length(0, 32, Format::line);

struct Drain {                   // $mesh.drain: no new work for these workers.
  std::string service, version;  // Without version and worker: all of the service.
  std::optional<Id> worker;
  bool on = true;
  static constexpr auto fields() {
    return field_list(field("service", &Drain::service, kServiceName),
                      field("version", &Drain::version, kVersionText).or_default(),
                      field("worker", &Drain::worker), field("on", &Drain::on).or_default());
  }
};
struct Weight {  // $mesh.weight: instead of the one that READY had.
  std::string service, version;
  std::optional<Id> worker;
  uint32_t weight = 0;
  static constexpr auto fields() {
    return field_list(field("service", &Weight::service, kServiceName),
                      field("version", &Weight::version, kVersionText).or_default(),
                      field("worker", &Weight::worker),
                      field("weight", &Weight::weight, between(0, 1000)));
  }
};
struct Canary {  // $mesh.canary: so much of the service to that version, the rest to the others.
  std::string service, version;
  uint32_t percent = 0;
  static constexpr auto fields() {
    return field_list(field("service", &Canary::service, kServiceName),
                      field("version", &Canary::version, length(1, 32, Format::line)),
                      field("percent", &Canary::percent, between(0, 100)));
  }
};
struct Mirror {  // $mesh.mirror: a copy of so much to that version or worker, its answer dropped.
  std::string service, version;
  std::optional<Id> worker;
  uint32_t percent = 0;
  bool commands = false;  // What changes state too: to a version only, which it must name.
  static constexpr auto fields() {
    return field_list(field("service", &Mirror::service, kServiceName),
                      field("version", &Mirror::version, kVersionText).or_default(),
                      field("worker", &Mirror::worker),
                      field("percent", &Mirror::percent, between(0, 100)),
                      field("commands", &Mirror::commands).or_default());
  }
};
struct Fault {       // $mesh.fault: exactly one of delay_ms, abort and drop, for so much of the
                     // messages.
  std::string name;  // `ticket.order`, or a prefix and a star.
  uint32_t percent = 0, delay_ms = 0;
  std::string abort;  // The word of a code: `no_capacity`.
  bool drop = false;  // It ends by its budget.
  static constexpr auto fields() {
    return field_list(field("name", &Fault::name, length(1, 64, Format::line)),
                      field("percent", &Fault::percent, between(0, 100)),
                      field("delay_ms", &Fault::delay_ms, between(0, 60'000)).or_default(),
                      field("abort", &Fault::abort, length(0, 32)).or_default(),
                      field("drop", &Fault::drop).or_default());
  }
};
struct Limits {  // $mesh.limits: instead of those of access.toml; 0: none.
  std::string principal;
  uint32_t inflight_max = 0, requests_per_second = 0;
  static constexpr auto fields() {
    return field_list(
        field("principal", &Limits::principal, length(1, 64, Format::word)),
        field("inflight_max", &Limits::inflight_max, between(0, 65'536)).or_default(),
        field("requests_per_second", &Limits::requests_per_second, between(0, 1'000'000))
            .or_default());
  }
};
struct Ruled {
  uint32_t number = 0;  // Of the rule; 0: it is away.
  static constexpr auto fields() {
    return field_list(field("number", &Ruled::number, between(0, UINT32_MAX)));
  }
};
struct Clear {          // $mesh.clear -> Ruled
  uint32_t number = 0;  // Of the rule; 0: all.
  static constexpr auto fields() {
    return field_list(field("number", &Clear::number, between(0, UINT32_MAX)).or_default());
  }
};

enum class RuleKind : uint8_t { drain, weight, canary, mirror, fault, limits };
constexpr auto names_of(RuleKind) {
  return std::array<std::string_view, 6>{"drain", "weight", "canary", "mirror", "fault", "limits"};
}
// A rule as it stands; what its kind has no use for is absent.
struct Rule {
  uint32_t number = 0;
  RuleKind kind = RuleKind::drain;
  std::string by;  // The principal that set it.
  Instant at;
  std::optional<std::string> service, version, name, principal, abort;
  std::optional<Id> worker;
  std::optional<uint32_t> weight, percent, delay_ms, inflight_max, requests_per_second;
  std::optional<bool> drop, commands;
  static constexpr auto fields() {
    constexpr auto any = between(0, UINT32_MAX);
    return field_list(
        field("number", &Rule::number, any), field("kind", &Rule::kind),
        field("by", &Rule::by, length(0, 64)), field("at", &Rule::at),
        field("service", &Rule::service, length(0, 32)),
        field("version", &Rule::version, length(0, 32)), field("name", &Rule::name, length(0, 64)),
        field("principal", &Rule::principal, length(0, 64)),
        field("abort", &Rule::abort, length(0, 32)), field("worker", &Rule::worker),
        field("weight", &Rule::weight, any), field("percent", &Rule::percent, any),
        field("delay_ms", &Rule::delay_ms, any), field("inflight_max", &Rule::inflight_max, any),
        field("requests_per_second", &Rule::requests_per_second, any), field("drop", &Rule::drop),
        field("commands", &Rule::commands));
  }
};
struct Rules {  // The answer of $mesh.rules {}
  std::vector<Rule> rules;
  static constexpr auto fields() {
    return field_list(field("rules", &Rules::rules, items(0, 1000)));
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
