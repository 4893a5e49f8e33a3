// Traps of libzmq 4.3.4 that our broker keeps harmless above the socket (docs/decisions/0002).
#include <zmq.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "common/wire/mesh_admin.h"
#include "tests/support/platform.h"
#include "tests/unit/net/live_broker.h"

using namespace bilten;
using namespace bilten::net;
using Steady = std::chrono::steady_clock;

namespace {

SocketOptions options_of(const TestHouse& house, const std::string& principal) {
  SocketOptions options;
  options.keys = house.pairs.at(principal);
  options.server_key = house.pairs.at("broker").public_key;
  return options;
}

Socket dealer(Context& context, const TestHouse& house, const LiveBroker& broker,
              const std::string& principal) {
  auto socket = Socket::open(context, SocketType::dealer, options_of(house, principal));
  REQUIRE(socket);
  REQUIRE(socket->connect(broker.endpoint()));
  return std::move(*socket);
}

std::string ready_frame(PeerRole role, std::vector<ServiceClaim> services = {}) {
  Ready ready;
  ready.role = role;
  ready.services = std::move(services);
  Header header;
  header.command = Command::ready;
  return build_frame(header, {}, {}, encode(ready));
}

// Says the frame, and waits for an answer with that command; others are passed over.
void say_and_hear(Socket& socket, const std::string& frame, Command command, Message& message) {
  bool more = false;
  REQUIRE(eventually([&] { return socket.send(frame) == Sent::ok; }));
  REQUIRE(eventually([&] {
    return socket.receive(message, more) && parse_frame(message.view())->header.command == command;
  }));
}

std::string request_frame(const std::string& name) {
  Header header;
  header.id = 7;
  header.ttl_ms = 60'000;
  return build_frame(header, name, {}, Packer().map(0).take());
}

// As `$mesh.stats` tells it to an operator.
int64_t counter(Socket& client, const std::string& name) {
  Message message;
  say_and_hear(client, request_frame("$mesh.stats"), Command::reply, message);
  const auto stats = decode<mesh::Stats>(parse_frame(message.view())->body);
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
  Context context;
  auto socket = dealer(context, house, broker, "gateway");
  zmq_disconnect(socket.handle(), broker.endpoint().c_str());
  const std::string chosen = "gateway-1";
  REQUIRE(zmq_setsockopt(socket.handle(), ZMQ_ROUTING_ID, chosen.data(), chosen.size()) == 0);
  REQUIRE(socket.connect(broker.endpoint()));
  REQUIRE(eventually([&] { return socket.send(ready_frame(PeerRole::client)) == Sent::ok; }));
  // One that came later is welcome before this one hears anything.
  auto other = dealer(context, house, broker, "gateway");
  Message message;
  bool more = false;
  say_and_hear(other, ready_frame(PeerRole::client), Command::welcome, message);
  CHECK(counter(other, "peers_joined") == 1);
  CHECK_FALSE(socket.receive(message, more));
}

TEST_CASE("a killed worker shows by a failed send, a frozen one by its silence", "[net][trap17]") {
  const OpenHouse house;
  const LiveBroker broker(house);  // Beats every 200 ms, gives up after three.
  Context context;
  ServiceClaim claim;
  claim.service = "echo";
  claim.credit = 8;
  auto client = dealer(context, house, broker, "gateway");
  Message message;
  say_and_hear(client, ready_frame(PeerRole::client), Command::welcome, message);
  auto worker = std::make_unique<Socket>(dealer(context, house, broker, "echo"));
  say_and_hear(*worker, ready_frame(PeerRole::worker, {claim}), Command::welcome, message);
  bool more = false;
  REQUIRE(client.send(request_frame("echo.say")) == Sent::ok);
  REQUIRE(eventually([&] { return worker->receive(message, more) && message.size() > 40; }));
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
    REQUIRE(zmq_getsockopt(worker->handle(), ZMQ_TCP_KEEPALIVE, &keepalive, &bytes) == 0);
    CHECK(keepalive == 1);
  }
  // The client stays: it beats while it waits.
  Header beat;
  beat.command = Command::heartbeat;
  CHECK(eventually([&] {
    client.send(build_frame(beat));
    if (!client.receive(message, more)) return false;
    const auto frame = parse_frame(message.view());
    return frame->header.command == Command::error &&
           static_cast<Code>(frame->header.code) == Code::worker_lost;
  }));
  CHECK(counter(client, "peers_lost") == (freezes ? 1 : 0));  // Given up for silence.
  CHECK(Steady::now() - began < std::chrono::seconds(3) * test::time_scale());
}
