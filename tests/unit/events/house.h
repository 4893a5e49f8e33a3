// A fan-out that a test turns by hand, and the publishers and readers around it.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>

#include "broker/events/fanout.h"
#include "common/wire/frame.h"

namespace bilten::events {

struct House {
  net::Context context;
  std::map<std::string, net::KeyPair> pairs;
  net::KeyRing ring;
  std::vector<AccessRule> rules;
  std::unique_ptr<Fanout> fanout;

  // With the keys of another, and its bilten-events as a peer.
  explicit House(const House* kin = nullptr) {
    for (const char* name : {"events", "ticket", "user", "ops", "analytics"}) {
      pairs[name] = kin != nullptr ? kin->pairs.at(name) : net::make_key_pair();
      ring.public_keys[name] = pairs[name].public_key;
    }
    ring.name = "events";
    ring.own = pairs["events"];
    add("ticket", {"ticket.", "ops."}, false, false);
    add("user", {"user."}, false, false);
    add("analytics", {}, true, false);
    add("ops", {}, false, true);
    add("events", {}, false, false);
    rules.back().broker = true;
    Config config;
    config.listen_publish = config.listen_subscribe = config.listen_operations =
        config.listen_peers = "tcp://127.0.0.1:0";
    if (kin != nullptr) config.peers = {kin->fanout->peers_endpoint()};
    auto opened = Fanout::open(context, config, ring, rules);
    REQUIRE(opened);
    fanout = std::move(*opened);
  }

  void add(const char* name, std::vector<std::string> publish, bool hear, bool operations) {
    AccessRule rule;
    rule.principal = name;
    rule.publish = std::move(publish);
    if (hear) rule.hear.push_back(Stream::facts);
    if (operations) rule.hear.push_back(Stream::operations);
    rule.operations = operations;
    rules.push_back(rule);
  }

  net::Socket connect(net::SocketType type, const std::string& name, const std::string& endpoint) {
    net::SocketOptions options;
    options.keys = pairs[name];
    options.server_key = ring.own.public_key;
    auto socket = net::Socket::open(context, type, options);
    REQUIRE(socket);
    REQUIRE(socket->connect(endpoint));
    return std::move(*socket);
  }
  net::Socket reader(const std::string& name, const std::string& endpoint,
                     const std::string& prefix) {
    auto socket = connect(net::SocketType::sub, name, endpoint);
    REQUIRE(socket.subscribe(prefix));
    return socket;
  }

  bool until(const std::function<bool()>& condition, int limit_ms = 10'000) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
    while (std::chrono::steady_clock::now() < end) {
      if (condition()) return true;
      REQUIRE(fanout->turn(-1, 1));
    }
    return false;
  }
};

inline std::string publication(const std::string& topic, uint64_t seq) {
  Header header;
  header.command = Command::event;
  header.id = seq;
  return topic + '\0' + build_frame(header, topic, {}, "body");
}

// Publishes again and again, as subscriptions take their time, until the reader has something.
inline std::string heard(House& house, net::Socket& publisher, net::Socket& reader,
                         const std::string& topic) {
  net::Message message;
  bool more = false;
  REQUIRE(house.until([&] {
    publisher.send(publication(topic, 1));
    return reader.receive(message, more);
  }));
  return std::string(message.view());
}

}  // namespace bilten::events
