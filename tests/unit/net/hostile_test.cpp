// Hostile neighbours at the door of a running broker, and inside with the wrong role: refused and
// counted, while legitimate traffic goes on.
#include <zmq.h>

#include <catch2/catch.hpp>
#include <memory>

#include "common/net/zap.h"
#include "tests/unit/net/live_broker.h"

namespace bilten::net {
namespace {

struct CloseSocket {
  void operator()(void* socket) const { zmq_close(socket); }
};
using RawSocket = std::unique_ptr<void, CloseSocket>;

// A socket without CURVE.
RawSocket raw_dealer(Context& context, const std::string& endpoint, bool plain) {
  RawSocket socket(zmq_socket(context.handle(), ZMQ_DEALER));
  const int linger = 0;
  zmq_setsockopt(socket.get(), ZMQ_LINGER, &linger, sizeof linger);
  if (plain) {
    zmq_setsockopt(socket.get(), ZMQ_PLAIN_USERNAME, "gateway", 7);
    zmq_setsockopt(socket.get(), ZMQ_PLAIN_PASSWORD, "gateway", 7);
  }
  REQUIRE(zmq_connect(socket.get(), endpoint.c_str()) == 0);
  return socket;
}

Socket dealer(Context& context, const std::string& endpoint, const KeyPair& keys,
              const std::string& server_key) {
  SocketOptions options;
  options.keys = keys;
  options.server_key = server_key;
  auto socket = Socket::open(context, SocketType::dealer, options);
  REQUIRE(socket);
  REQUIRE(socket->connect(endpoint));
  return std::move(*socket);
}

std::string ready_frame(PeerRole role, const std::string& service = {}) {
  Ready ready;
  ready.role = role;
  if (!service.empty()) {
    ServiceClaim claim;
    claim.service = service;
    claim.credit = 8;
    ready.services = {claim};
  }
  Header header;
  header.command = Command::ready;
  return build_frame(header, {}, {}, encode(ready));
}

// The next frame that is not a heartbeat.
std::string hear(Socket& socket) {
  Message message;
  bool more = false;
  REQUIRE(eventually([&] {
    return socket.receive(message, more) &&
           parse_frame(message.view())->header.command != Command::heartbeat;
  }));
  return std::string(message.view());
}

void say(Socket& socket, const std::string& frame) {
  REQUIRE(eventually([&] { return socket.send(frame) == Sent::ok; }));
}

// A running mesh of a broker, an echo worker and a client that asks it.
struct Town {
  TestHouse house;
  LiveBroker broker{house};
  Context context;
  EchoWorker worker{context, house, {broker.endpoint()}};
  SystemClock clock;
  crypto::SystemRandom random;
  Mesh client{context, options(), Mesh::Handlers{}, clock, random};

  Town() { REQUIRE(client.start()); }
  MeshOptions options() {
    MeshOptions options;
    options.brokers = {broker.endpoint()};
    options.keys = house.ring("gateway");
    options.heartbeat_ms = 200;
    return options;
  }
  bool serves() {
    Call call;
    call.name = "echo.say";
    call.budget_ms = 10'000;
    call.body = "fine";
    const auto answer = client.call_and_wait(std::move(call));
    return answer.code == Code::ok && answer.body == "fine";
  }
  broker::Counters counters() {
    broker::Counters counters;
    broker.on_thread([&](broker::Broker& each) { counters = each.core().counters(); });
    return counters;
  }
  bool reload() {
    bool done = false;
    broker.on_thread([&](broker::Broker& each) {
      done = bool(each.reload({house.ring("broker"), house.rules}));
    });
    return done;
  }
  std::string server_key() const { return house.pairs.at("broker").public_key; }
};

TEST_CASE("strangers at the door are refused and counted, and nobody inside is hurt", "[net]") {
  Town town;
  REQUIRE(town.serves());
  const auto& endpoint = town.broker.endpoint();

  SECTION("an unknown key") {
    auto stranger = dealer(town.context, endpoint, make_key_pair(), town.server_key());
    CHECK(eventually([&] { return town.counters().handshakes_refused > 0; }));
    CHECK(stranger.send("hello") == Sent::full);  // There is no connection.
  }
  SECTION("the key of a principal that access.toml does not name") {
    auto stranger = dealer(town.context, endpoint, town.house.pairs["events"], town.server_key());
    CHECK(eventually([&] { return town.counters().handshakes_refused > 0; }));
    CHECK(stranger.send("hello") == Sent::full);
  }
  SECTION("a wrong key of the server") {
    auto stranger =
        dealer(town.context, endpoint, town.house.pairs["gateway"], make_key_pair().public_key);
    CHECK(eventually([&] { return town.counters().handshakes_broken > 0; }));
    CHECK(stranger.send(ready_frame(PeerRole::client)) == Sent::full);
  }
  SECTION("a client without CURVE") {
    const auto null = raw_dealer(town.context, endpoint, false);
    CHECK(eventually([&] { return town.counters().handshakes_broken > 0; }));
  }
  SECTION("a client with a password") {
    const auto plain = raw_dealer(town.context, endpoint, true);
    CHECK(eventually([&] { return town.counters().handshakes_broken > 0; }));
  }
  SECTION("a client without CURVE, or with a password, that speaks") {
    const auto before = town.counters();
    const auto null = raw_dealer(town.context, endpoint, false);
    const auto plain = raw_dealer(town.context, endpoint, true);
    const auto ready = ready_frame(PeerRole::client);
    zmq_send(null.get(), ready.data(), ready.size(), ZMQ_DONTWAIT);
    zmq_send(plain.get(), ready.data(), ready.size(), ZMQ_DONTWAIT);
    REQUIRE(town.serves());
    CHECK(town.counters().peers_joined == before.peers_joined);
    CHECK(town.counters().strangers == before.strangers);
  }
  CHECK(town.serves());
}

TEST_CASE("a revoked key is parted with at the reload, and stays outside", "[net]") {
  Town town;
  REQUIRE(town.serves());
  auto spy =
      dealer(town.context, town.broker.endpoint(), town.house.pairs["gateway"], town.server_key());
  say(spy, ready_frame(PeerRole::client));
  CHECK(parse_frame(hear(spy))->header.command == Command::welcome);

  // The pair is replaced, as by revoke and rotate: the connection by the old one stands until now.
  const auto stolen = town.house.pairs["gateway"];
  town.house.pairs["gateway"] = make_key_pair();
  REQUIRE(town.reload());
  const auto farewell = hear(spy);
  CHECK(parse_frame(farewell)->header.command == Command::disconnect);
  CHECK(static_cast<Code>(parse_frame(farewell)->header.code) == Code::denied);

  const auto refused = town.counters().handshakes_refused;
  auto again = dealer(town.context, town.broker.endpoint(), stolen, town.server_key());
  CHECK(eventually([&] { return town.counters().handshakes_refused > refused; }));
  CHECK(again.send("hello") == Sent::full);
  Mesh client(town.context, town.options(), Mesh::Handlers{}, town.clock, town.random);
  REQUIRE(client.start());
  Call call;
  call.name = "echo.say";
  call.budget_ms = 10'000;
  CHECK(client.call_and_wait(std::move(call)).code == Code::ok);
}

TEST_CASE("while a key is rotated both are good, and the old one no more once that is finished",
          "[net]") {
  Town town;
  REQUIRE(town.serves());
  auto ring = town.house.ring("broker");
  ring.previous_keys["gateway"] = town.house.pairs["gateway"].public_key;
  ring.public_keys["gateway"] = make_key_pair().public_key;
  const auto reload = [&] {
    town.broker.on_thread([&](broker::Broker& each) {
      CHECK(each.reload({ring, town.house.rules}));
    });
  };
  reload();
  CHECK(town.serves());
  CHECK(town.counters().peers_lost == 0);
  ring.previous_keys.clear();
  reload();
  CHECK(eventually([&] { return !town.client.connected(); }));
}

TEST_CASE("the right key in the wrong role gets nowhere", "[net]") {
  Town town;
  REQUIRE(town.serves());
  const auto before = town.counters();
  SECTION("a client that claims a service") {
    auto rogue = dealer(town.context, town.broker.endpoint(), town.house.pairs["gateway"],
                        town.server_key());
    say(rogue, ready_frame(PeerRole::client, "echo"));
    CHECK(static_cast<Code>(parse_frame(hear(rogue))->header.code) == Code::bad_frame);
  }
  SECTION("a client that squats on another's service as a worker") {
    auto rogue = dealer(town.context, town.broker.endpoint(), town.house.pairs["gateway"],
                        town.server_key());
    say(rogue, ready_frame(PeerRole::worker, "echo"));
    const auto answer = hear(rogue);
    CHECK(parse_frame(answer)->header.command == Command::disconnect);
    CHECK(static_cast<Code>(parse_frame(answer)->header.code) == Code::denied);
  }
  SECTION("a worker that sends ROUTES") {
    auto rogue =
        dealer(town.context, town.broker.endpoint(), town.house.pairs["echo"], town.server_key());
    say(rogue, ready_frame(PeerRole::client));
    hear(rogue);
    Header routes;
    routes.command = Command::routes;
    for (int i = 0; i < 3; ++i) say(rogue, build_frame(routes));
    Code last = Code::ok;
    CHECK(eventually([&] {
      const auto frame = hear(rogue);
      last = static_cast<Code>(parse_frame(frame)->header.code);
      return parse_frame(frame)->header.command == Command::disconnect;
    }));
    CHECK(last == Code::bad_frame);
    CHECK(town.counters().bad_frame_alarms == before.bad_frame_alarms + 1);
  }
  CHECK(town.serves());
}

TEST_CASE(
    "a reply counts from the worker that holds the request alone, and a principal cannot be "
    "made up",
    "[net]") {
  Town town;
  REQUIRE(town.serves());
  auto forger =
      dealer(town.context, town.broker.endpoint(), town.house.pairs["echo"], town.server_key());
  say(forger, ready_frame(PeerRole::client));
  hear(forger);
  town.worker.keeps = true;

  std::atomic<bool> done{false};
  Answer answer;
  Call call;
  call.name = "echo.say";
  call.budget_ms = 10'000;
  call.body = "true";
  town.client.call(std::move(call), [&](Answer came) {
    answer = std::move(came);
    done = true;
  });
  REQUIRE(eventually([&] { return town.worker.kept() == 1; }));
  // The number by which the worker was asked, as a thief would have to know it.
  const auto request = town.worker.first_kept();
  CHECK(request.header.principal == 20);
  say(forger, reply_frame(request.header.id, "forged"));
  CHECK(eventually([&] { return town.counters().answers_unclaimed > 0; }));
  CHECK_FALSE(done);
  town.worker.answer_kept();
  REQUIRE(eventually([&] { return done.load(); }));
  CHECK(answer.body == "true");

  // The number in a frame is the broker's word, whatever its sender wrote.
  town.worker.keeps = true;
  auto liar =
      dealer(town.context, town.broker.endpoint(), town.house.pairs["gateway"], town.server_key());
  say(liar, ready_frame(PeerRole::client));
  hear(liar);
  Header header;
  header.id = 5;
  header.ttl_ms = 10'000;
  header.principal = 90;
  say(liar, build_frame(header, "echo.say"));
  REQUIRE(eventually([&] { return town.worker.kept() == 1; }));
  CHECK(town.worker.first_kept().header.principal == 20);
}

TEST_CASE("a door whose keeper has died lets nobody in", "[net]") {
  Context context;
  const auto keys = make_key_pair(), ann = make_key_pair();
  auto zap = std::make_unique<Result<Zap>>(Zap::open(context));
  REQUIRE(*zap);
  (*zap)->admit("mesh", {{ann.public_key, "ann"}});
  SocketOptions options;
  options.keys = keys;
  options.zap_domain = "mesh";
  auto router = Socket::open(context, SocketType::router, options);
  REQUIRE(router);
  REQUIRE(router->bind("tcp://127.0.0.1:0"));
  auto early = dealer(context, router->endpoint(), ann, keys.public_key);
  Message message;
  std::string peer;
  bool more = false;
  REQUIRE(eventually([&] {
    early.send("early");
    return (*zap)->answer() && router->receive_from(peer, message, more);
  }));
  zap.reset();
  auto late = dealer(context, router->endpoint(), ann, keys.public_key);
  // Who is inside goes on; what it says shows that time enough has passed for the other.
  for (int i = 0; i < 50; ++i) {
    REQUIRE(eventually([&] {
      early.send("early");
      CHECK(late.send("late") == Sent::full);
      return router->receive_from(peer, message, more);
    }));
    CHECK(message.view() == "early");
  }
}

}  // namespace
}  // namespace bilten::net
