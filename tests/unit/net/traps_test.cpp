// Traps of libzmq 4.3.4 that our broker keeps harmless above the socket (docs/decisions/0002).
#include <zmq.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "common/net/handshakes.h"
#include "common/wire/mesh_admin.h"
#include "tests/support/frame_peer.h"
#include "tests/support/platform.h"
#include "tests/support/raw_peer.h"
#include "tests/unit/net/live_broker.h"

using namespace bilten;
using namespace bilten::net;
using Steady = std::chrono::steady_clock;

namespace {

test::FramePeer peer(const TestHouse& house, const LiveBroker& broker,
                     const std::string& principal) {
  return {broker.endpoint(), house.pairs.at(principal), house.pairs.at("broker").public_key};
}

// As `$mesh.stats` tells it to an operator.
int64_t counter(test::FramePeer& client, const std::string& name) {
  client.say(test::request_frame("$mesh.stats"));
  const auto stats = decode<mesh::Stats>(client.hear(Command::reply).body);
  REQUIRE(stats);
  for (const auto& each : stats->counters) {
    if (each.name == name) return each.value;
  }
  FAIL("no counter " << name);
  return 0;
}

struct OpenHouse : TestHouse {
  OpenHouse() { rules[1].operations = true; }  // Of the gateway.
};

}  // namespace

TEST_CASE("a guest that chooses its own routing id is not heard", "[net][trap4]") {
  const OpenHouse house;
  const LiveBroker broker(house);
  auto rogue = peer(house, broker, "gateway");
  zmq_disconnect(rogue.socket().handle(), broker.endpoint().c_str());
  const std::string chosen = "gateway-1";
  REQUIRE(zmq_setsockopt(rogue.socket().handle(), ZMQ_ROUTING_ID, chosen.data(), chosen.size()) ==
          0);
  REQUIRE(rogue.socket().connect(broker.endpoint()));
  rogue.say(test::ready_frame(Ready()));
  // One that came later is welcome before this one hears anything.
  auto other = peer(house, broker, "gateway");
  other.join();
  CHECK(counter(other, "peers_joined") == 1);
  Message message;
  bool more = false;
  CHECK_FALSE(rogue.socket().receive(message, more));
}

TEST_CASE("failed handshakes that nobody has read yet stop nobody, and are all counted later",
          "[net][trap6]") {
  // A monitor's usual queue is full with 2000 of them, and libzmq's thread waits for its reader.
  constexpr uint64_t kKnocks = 3000, kAtOnce = 200;
  Context context;
  auto zap = Zap::open(context);
  REQUIRE(zap);
  SocketOptions options;
  options.keys = make_key_pair();
  options.zap_domain = "mesh";
  auto router = Socket::open(context, SocketType::router, options);
  REQUIRE(router);
  auto broken = BrokenHandshakes::of(context, *router);
  REQUIRE(broken);
  REQUIRE(router->bind("tcp://127.0.0.1:0"));
  const auto greeting = test::zmtp_greeting("NULL");
  for (uint64_t knocks = 0; knocks < kKnocks; knocks += kAtOnce) {
    std::vector<test::RawPeer> peers;
    for (uint64_t i = 0; i < kAtOnce; ++i) {
      peers.emplace_back(router->endpoint());
      REQUIRE(peers.back().send(greeting) == greeting.size());
    }
    for (auto& peer : peers) REQUIRE(test::wait_until([&] { return peer.is_cut(); }));
  }
  CHECK(test::wait_until([&] { return broken->count() >= kKnocks; }));
}

TEST_CASE("a killed worker shows by a failed send, a frozen one by its silence", "[net][trap17]") {
  const OpenHouse house;
  const LiveBroker broker(house);  // Beats every 200 ms, gives up after three.
  ServiceClaim claim;
  claim.service = "echo";
  claim.credit = 8;
  auto client = peer(house, broker, "gateway");
  client.join();
  auto worker = std::make_unique<test::FramePeer>(broker.endpoint(), house.pairs.at("echo"),
                                                  house.pairs.at("broker").public_key);
  worker->join(PeerRole::worker, {claim});
  client.say(test::request_frame("echo.say"));
  worker->hear(Command::request);
  const auto began = Steady::now();
  bool freezes = false;
  SECTION("killed") {
    worker.reset();
  }
  SECTION("frozen") {
    freezes = true;
    // Its kernel takes what is sent: libzmq says ok to every frame, for ever.
    int keepalive = 0;
    size_t bytes = sizeof keepalive;
    REQUIRE(zmq_getsockopt(worker->socket().handle(), ZMQ_TCP_KEEPALIVE, &keepalive, &bytes) == 0);
    CHECK(keepalive == 1);
  }
  Message message;
  bool more = false;
  CHECK(eventually([&] {
    client.say(control_frame(Command::heartbeat));  // It stays while it waits.
    if (!client.socket().receive(message, more)) return false;
    const auto frame = parse_frame(message.view());
    return frame->header.command == Command::error &&
           static_cast<Code>(frame->header.code) == Code::worker_lost;
  }));
  CHECK(counter(client, "peers_lost") == (freezes ? 1 : 0));  // Given up for silence.
  CHECK(Steady::now() - began < std::chrono::seconds(3) * test::time_scale());
}
