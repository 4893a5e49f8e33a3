// The running broker over real sockets: keys, READY, a request there and back, loss of a worker.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "broker/broker.h"
#include "common/crypto/crypto.h"
#include "common/wire/control.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

AccessRule rule(const std::string& principal, uint32_t number, std::vector<std::string> serve,
                std::vector<std::string> call) {
  AccessRule made;
  made.principal = principal;
  made.number = number;
  made.serve = std::move(serve);
  made.call = std::move(call);
  return made;
}

House make_house() {
  House house;
  house.keys.name = "broker";
  house.keys.own = net::make_key_pair();
  house.rules = {rule("ticket", 13, {"ticket"}, {}), rule("gateway", 20, {}, {"ticket.*"})};
  return house;
}

// A broker on a thread of its own, on any free port.
class Running {
 public:
  Running() {
    for (const auto& each : house.rules) {
      keys[each.principal] = net::make_key_pair();
      house.keys.public_keys[each.principal] = keys[each.principal].public_key;
    }
    Config config;
    config.listen = "tcp://127.0.0.1:0";
    auto opened = Broker::open(context_, config, house, clock_, random_);
    REQUIRE(opened);
    broker_ = std::move(*opened);
    endpoint_ = broker_->endpoint();
    thread_ = std::thread([this] {
      while (!stop_) sound_ = broker_->turn(-1, 10) && sound_;
    });
  }
  ~Running() {
    stop_ = true;
    thread_.join();
    CHECK(sound_);
  }

  net::Socket dealer(const std::string& name) {
    net::SocketOptions options;
    options.keys = keys.contains(name) ? keys[name] : net::make_key_pair();
    options.server_key = house.keys.own.public_key;
    auto socket = net::Socket::open(context_, net::SocketType::dealer, options);
    REQUIRE(socket);
    REQUIRE(socket->connect(endpoint_));
    return std::move(*socket);
  }

  House house = make_house();
  std::map<std::string, net::KeyPair> keys;

 private:
  SystemClock clock_;
  crypto::SystemRandom random_;
  net::Context context_;
  std::unique_ptr<Broker> broker_;
  std::string endpoint_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> sound_{true};
  std::thread thread_;
};

bool until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

void say(net::Socket& socket, const std::string& frame) {
  REQUIRE(until([&] { return socket.send(frame) == net::Sent::ok; }));
}

// The next frame that is not a heartbeat.
net::Message hear(net::Socket& socket) {
  net::Message message;
  bool more = false;
  REQUIRE(until([&] {
    return socket.receive(message, more) &&
           parse_frame(message.view())->header.command != Command::heartbeat;
  }));
  return message;
}

std::string ready_frame(PeerRole role, std::vector<ServiceClaim> services) {
  Ready ready;
  ready.role = role;
  ready.services = std::move(services);
  Header header;
  header.command = Command::ready;
  return build_frame(header, {}, {}, encode(ready));
}

void join(net::Socket& socket, const std::string& service = {}) {
  std::vector<ServiceClaim> claims;
  if (!service.empty()) {
    ServiceClaim claim;
    claim.service = service;
    claim.credit = 8;
    claims.push_back(claim);
  }
  say(socket, ready_frame(service.empty() ? PeerRole::client : PeerRole::worker, claims));
  const auto welcome = hear(socket);
  REQUIRE(parse_frame(welcome.view())->header.command == Command::welcome);
}

std::string request_frame(uint64_t id, uint32_t ttl_ms = 5000) {
  Header header;
  header.id = id;
  header.ttl_ms = ttl_ms;
  header.principal = 999;  // What it says of itself does not count.
  return build_frame(header, "ticket.order", {}, "body");
}

}  // namespace

TEST_CASE("a request goes there and back through a running broker", "[broker]") {
  Running running;
  auto worker = running.dealer("ticket");
  auto client = running.dealer("gateway");
  join(worker, "ticket");
  join(client);
  say(client, request_frame(77));
  const auto arrived = hear(worker);
  const auto request = parse_frame(arrived.view());
  REQUIRE(request);
  CHECK(request->header.command == Command::request);
  CHECK(request->header.principal == 20);
  CHECK(request->body == "body");
  Header header;
  header.command = Command::reply;
  header.id = request->header.id;
  say(worker, build_frame(header, {}, {}, "answer"));
  const auto answered = hear(client);
  const auto answer = parse_frame(answered.view());
  REQUIRE(answer);
  CHECK(answer->header.command == Command::reply);
  CHECK(answer->header.id == 77);
  CHECK(answer->body == "answer");
}

TEST_CASE("a worker that vanishes is noticed long before the deadline", "[broker]") {
  Running running;
  auto client = running.dealer("gateway");
  join(client);
  const auto began = std::chrono::steady_clock::now();
  {
    auto worker = running.dealer("ticket");
    join(worker, "ticket");
    say(client, request_frame(5, 60'000));
    hear(worker);
  }
  const auto answered = hear(client);
  const auto answer = parse_frame(answered.view());
  REQUIRE(answer);
  CHECK(answer->header.command == Command::error);
  CHECK(static_cast<Code>(answer->header.code) == Code::worker_lost);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
}

TEST_CASE("a worker that falls silent is out after three heartbeats, others are served meanwhile",
          "[broker]") {
  Running running;
  auto frozen = running.dealer("ticket");
  auto client = running.dealer("gateway");
  join(frozen, "ticket");
  join(client);
  const auto began = std::chrono::steady_clock::now();
  say(client, request_frame(5, 60'000));
  hear(frozen);  // It has the request, and says nothing any more.
  auto worker = running.dealer("ticket");
  join(worker, "ticket");
  net::Message message;
  bool more = false;
  auto code = Code::ok;
  auto beat_at = began;
  // The client and the other worker live on; nobody hears anything of the frozen one.
  REQUIRE(until([&] {
    if (const auto now = std::chrono::steady_clock::now(); now >= beat_at) {
      Header beat;
      beat.command = Command::heartbeat;
      say(worker, build_frame(beat));
      say(client, build_frame(beat));
      beat_at = now + std::chrono::milliseconds(200);
    }
    if (client.receive(message, more)) {
      const auto frame = parse_frame(message.view());
      if (frame->header.command == Command::error) code = static_cast<Code>(frame->header.code);
    }
    return code != Code::ok;
  }));
  CHECK(code == Code::worker_lost);
  const auto seconds = std::chrono::steady_clock::now() - began;
  CHECK(seconds >= std::chrono::milliseconds(2900));
  CHECK(seconds <= std::chrono::milliseconds(4500));
  say(client, request_frame(6));
  const auto arrived = hear(worker);
  CHECK(parse_frame(arrived.view())->header.command == Command::request);
}

TEST_CASE("a key that access.toml does not name cannot even connect", "[broker]") {
  Running running;
  auto stranger = running.dealer("nobody");
  auto client = running.dealer("gateway");
  join(client);  // By now the stranger's handshake, begun first, is decided too.
  CHECK(stranger.send("hello") == net::Sent::full);
}
