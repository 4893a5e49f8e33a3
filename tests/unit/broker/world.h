// A world for the core without sockets: peers are numbers, time is a variable, what is sent is
// kept.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/core.h"

namespace bilten::broker {

struct SentFrame {
  PeerId to = 0;
  std::string bytes;
  Frame frame() const { return *parse_frame(bytes); }
  Command command() const { return frame().header.command; }
  Code code() const { return static_cast<Code>(frame().header.code); }
};

struct World : Outside {
  std::vector<SentFrame> sent;
  std::set<PeerId> gone, full;  // What sending to them comes to.
  std::map<PeerId, std::string> principals;
  std::vector<std::string> notes;
  SeededRandom random{1};
  SteadyMicros now = 1'000'000'000;
  CoreOptions options;
  std::unique_ptr<Core> core;

  explicit World(CoreOptions with = {}) : options(std::move(with)) {
    core = std::make_unique<Core>(options, random, *this);
    core->set_access(now, rules());
  }

  static AccessRule rule(const std::string& name, uint32_t number, std::vector<std::string> serve,
                         std::vector<std::string> call, bool operations = false) {
    AccessRule made;
    made.principal = name;
    made.number = number;
    made.serve = std::move(serve);
    made.call = std::move(call);
    made.operations = operations;
    return made;
  }
  static std::vector<AccessRule> rules() {
    return {
        rule("ticket", 13, {"ticket"}, {"user.journal.*"}), rule("user", 11, {"user", "mail"}, {}),
        rule("gateway", 20, {}, {"ticket.*", "user.*", "mail.*"}), rule("ops", 90, {}, {}, true)};
  }

  net::Sent send(PeerId peer, net::Message& message) override {
    if (gone.contains(peer)) return net::Sent::gone;
    if (full.contains(peer)) return net::Sent::full;
    sent.push_back({peer, std::string(message.view())});
    message = net::Message();
    return net::Sent::ok;
  }
  std::string principal_of(PeerId peer, const net::Message&) override { return principals[peer]; }
  UnixMillis wall_ms() override { return 1'795'000'000'000 + now / 1000; }
  void note(std::string_view what, std::string_view, std::string_view) override {
    notes.emplace_back(what);
  }

  void say(PeerId peer, const std::string& bytes, bool more = false) {
    net::Message message(bytes);
    core->receive(now, peer, message, more);
  }
  // Time passes at once; the timers see only its end.
  void pass_ms(int64_t ms) {
    now += ms * 1000;
    core->tick(now);
  }
  // Time passes as a running broker sees it: it wakes whenever the core wants.
  void live_ms(int64_t ms) {
    const SteadyMicros end = now + ms * 1000;
    while (core->next_due() < end) {
      now = std::max(now, core->next_due());
      core->tick(now);
    }
    now = end;
    core->tick(now);
  }

  // What was sent to the peer since the last call, heartbeats aside.
  std::vector<SentFrame> heard(PeerId peer) {
    std::vector<SentFrame> mine;
    std::vector<SentFrame> others;
    for (auto& each : sent) {
      if (each.to != peer) {
        others.push_back(std::move(each));
      } else if (each.command() != Command::heartbeat) {
        mine.push_back(std::move(each));
      }
    }
    sent = std::move(others);
    return mine;
  }

  static std::string frame(Command command, uint64_t id = 0, std::string_view body = {}) {
    Header header;
    header.command = command;
    header.id = id;
    return build_frame(header, {}, {}, body);
  }
  static Id instance(uint8_t number) {
    Id id;
    id.bytes[15] = number;
    return id;
  }
  static ServiceClaim claim(const std::string& service, uint32_t credit, uint32_t weight = 1) {
    ServiceClaim made;
    made.service = service;
    made.credit = credit;
    made.weight = weight;
    return made;
  }
  static ServiceClaim owner(const std::string& service, const std::string& folder,
                            int64_t epoch = 1) {
    ServiceClaim made = claim(service, 16);
    made.owner = true;
    made.folder_id.data = folder;
    made.epoch = epoch;
    return made;
  }
  static std::string ready_frame(const Ready& ready) {
    return frame(Command::ready, 0, encode(ready));
  }

  void join(PeerId peer, const std::string& principal, std::vector<ServiceClaim> claims = {},
            int64_t incarnation = 1) {
    principals[peer] = principal;
    Ready ready;
    ready.role = claims.empty() ? PeerRole::client : PeerRole::worker;
    ready.instance = instance(static_cast<uint8_t>(peer));
    ready.incarnation = incarnation;
    ready.services = std::move(claims);
    say(peer, ready_frame(ready));
  }

  static std::string request_frame(uint64_t id, const std::string& name, uint32_t ttl_ms = 2000,
                                   uint16_t flags = 0, std::string_view body = "body") {
    Header header;
    header.id = id;
    header.ttl_ms = ttl_ms;
    header.flags = flags;
    return build_frame(header, name, {}, body);
  }
  void request(PeerId peer, uint64_t id, const std::string& name, uint32_t ttl_ms = 2000,
               uint16_t flags = 0) {
    const bool is_ours = name.starts_with("$mesh.");  // An empty map, as its messages are.
    say(peer, request_frame(id, name, ttl_ms, flags, is_ours ? "\x80" : "body"));
  }
  // One that wants a shard, or is pinned to a version.
  static std::string aimed_frame(uint64_t id, const std::string& name, uint32_t shard,
                                 const std::string& pin = {}, uint32_t ttl_ms = 2000) {
    Header header;
    header.id = id;
    header.ttl_ms = ttl_ms;
    header.shard = shard;
    const auto ext = pin.empty() ? std::string() : Packer().map(1).integer(12).text(pin).take();
    return build_frame(header, name, ext, "body");
  }
  static ServiceClaim version_claim(const std::string& service, uint32_t credit,
                                    const std::string& version) {
    auto made = claim(service, credit);
    made.version = version;
    return made;
  }
  // The worker's requests since the last call, each answered with this code.
  size_t answer_all(PeerId worker, Code code = Code::ok) {
    size_t count = 0;
    for (const auto& each : heard(worker)) {
      if (each.command() != Command::request) continue;
      const auto id = each.frame().header.id;
      say(worker, code == Code::ok ? frame(Command::reply, id)
                                   : build_error(id, {code, std::string(word(code)), ""}));
      ++count;
    }
    return count;
  }
};

}  // namespace bilten::broker
