#include "tests/support/frame_peer.h"

#include <zmq.h>

#include <catch2/catch.hpp>

#include "common/net/keys.h"
#include "common/wire/contract.h"
#include "tests/support/platform.h"

namespace bilten::test {
namespace {

net::Socket dealer(net::Context& context, const std::string& endpoint, const net::KeyPair& keys,
                   const std::string& server_key) {
  net::SocketOptions options;
  options.keys = keys;
  options.server_key = server_key;
  auto socket = net::Socket::open(context, net::SocketType::dealer, options);
  REQUIRE(socket);
  REQUIRE(socket->connect(endpoint));
  return std::move(*socket);
}

net::KeyRing ring_of(const Platform& platform, const std::string& principal) {
  auto ring = net::load_keys(platform.setting("keys"), principal);
  REQUIRE(ring);
  return std::move(*ring);
}

}  // namespace

FramePeer::FramePeer(const std::string& endpoint, const net::KeyPair& keys,
                     const std::string& server_key)
    : socket_(dealer(context_, endpoint, keys, server_key)) {}

FramePeer::FramePeer(const Platform& platform, const std::string& principal)
    : FramePeer(platform.setting("brokers"), ring_of(platform, principal).own,
                ring_of(platform, principal).public_keys.at("broker")) {}

void FramePeer::say(const std::string& bytes) {
  REQUIRE(wait_until([&] { return socket_.send(bytes) == net::Sent::ok; }));
}

void FramePeer::say_parts(const std::vector<std::string>& parts) {
  for (size_t i = 0; i < parts.size(); ++i) {
    const int flags = ZMQ_DONTWAIT | (i + 1 < parts.size() ? ZMQ_SNDMORE : 0);
    REQUIRE(wait_until(
        [&] { return zmq_send(socket_.handle(), parts[i].data(), parts[i].size(), flags) >= 0; }));
  }
}

Frame FramePeer::hear() {
  bool more = false;
  Frame frame;
  REQUIRE(wait_until([&] {
    if (!socket_.receive(heard_, more)) return false;
    const auto parsed = parse_frame(heard_.view());
    REQUIRE(parsed);
    frame = *parsed;
    return frame.header.command != Command::heartbeat;
  }));
  return frame;
}

Frame FramePeer::hear(Command command) {
  for (;;) {
    const auto frame = hear();
    if (frame.header.command == command) return frame;
  }
}

void FramePeer::join(PeerRole role, std::vector<ServiceClaim> claims) {
  Ready ready;
  ready.role = role;
  ready.services = std::move(claims);
  say(ready_frame(ready));
  hear(Command::welcome);
}

std::string ready_frame(const Ready& ready) {
  return control_frame(Command::ready, encode(ready));
}

std::string request_frame(const std::string& name, std::string_view ext, uint64_t id,
                          std::string_view body) {
  Header header;
  header.id = id;
  header.ttl_ms = 60'000;
  return build_frame(header, name, ext, body);
}

}  // namespace bilten::test
