#include "common/net/mesh.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>

#include "common/wire/codec.h"
#include "tests/unit/net/live_broker.h"

namespace bilten::net {
namespace {

// A client of the mesh.
struct Gateway {
  Gateway(Context& context, const TestHouse& house, std::vector<std::string> brokers) {
    MeshOptions options;
    options.brokers = std::move(brokers);
    options.keys = house.ring("gateway");
    options.heartbeat_ms = 200;
    mesh = std::make_unique<Mesh>(context, std::move(options), Mesh::Handlers{}, clock, random);
    REQUIRE(mesh->start());
  }
  Answer ask(std::string name, std::string body, uint32_t budget_ms = 5000) {
    Call call;
    call.name = std::move(name);
    call.body = std::move(body);
    call.budget_ms = budget_ms;
    return mesh->call_and_wait(std::move(call));
  }
  SystemClock clock;
  crypto::SystemRandom random;
  std::unique_ptr<Mesh> mesh;
};

TEST_CASE("a call made before any link is up is answered by the worker", "[net]") {
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  EchoWorker worker(context, house, {broker.endpoint()});
  Gateway gateway(context, house, {broker.endpoint()});
  const auto answer = gateway.ask("echo.say",
                                  "\x81\xa1"
                                  "a\x01");
  CHECK(answer.code == Code::ok);
  CHECK(answer.body ==
        "\x81\xa1"
        "a\x01");
  CHECK(gateway.mesh->connected());
}

TEST_CASE("an answer in parts comes through a broker in order, and then its end", "[net]") {
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  EchoWorker worker(context, house, {broker.endpoint()});
  Gateway gateway(context, house, {broker.endpoint()});
  std::vector<std::string> parts;
  Call call;
  call.name = "echo.thrice";
  call.body = Packer().integer(7).take();
  call.budget_ms = 5000;
  call.on_partial = [&](std::string part) { parts.push_back(std::move(part)); };
  const auto body = call.body;
  const auto answer = gateway.mesh->call_and_wait(std::move(call));
  CHECK(answer.code == Code::ok);
  CHECK(answer.body == body);
  CHECK(parts == std::vector{body, body});
}

TEST_CASE("calls of many threads each get their own answer", "[net]") {
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  EchoWorker worker(context, house, {broker.endpoint()});
  Gateway gateway(context, house, {broker.endpoint()});
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto body = Packer().integer(t * 1000 + i).take();
        const auto answer = gateway.ask("echo.say", body);
        if (answer.code == Code::ok && answer.body == body) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 8 * 200);
}

// Nothing wakes the mesh thread for what its own callbacks ask: it must look before it sleeps.
TEST_CASE("calls made by the callbacks of calls leave at once, and others' calls beside them",
          "[net]") {
  constexpr int kCalls = 500;
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  EchoWorker worker(context, house, {broker.endpoint()});
  Gateway gateway(context, house, {broker.endpoint()});
  Call call;
  call.name = "echo.say";
  call.body = Packer().map(0).take();
  call.budget_ms = 10'000;
  std::atomic<int> chained{0}, failed{0};
  std::function<void(const Answer&)> next = [&](const Answer& answer) {
    if (answer.code != Code::ok) ++failed;
    if (++chained < kCalls) gateway.mesh->call(call, next);
  };
  gateway.mesh->call(call, next);
  CHECK(eventually([&] { return chained == kCalls; }));  // A heartbeat each would take 100 s.
  chained = 0;
  gateway.mesh->call(call, next);
  int others = 0;
  while (chained < kCalls && gateway.mesh->call_and_wait(call).code == Code::ok) ++others;
  CHECK(chained == kCalls);
  CHECK(failed == 0);
  CHECK(others > 0);
}

TEST_CASE("a service that is away is told within the budget, at once when asked so", "[net]") {
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  Gateway gateway(context, house, {broker.endpoint()});
  CHECK(gateway.ask("away.knock", {}, 300).code == Code::no_service);
  Call call;
  call.name = "away.knock";
  call.wait_for_service = false;
  call.budget_ms = 60'000;
  CHECK(gateway.mesh->call_and_wait(std::move(call)).code == Code::no_service);
}

TEST_CASE("a call that nobody answers ends by its own deadline", "[net]") {
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  EchoWorker worker(context, house, {broker.endpoint()});
  Gateway gateway(context, house, {broker.endpoint()});
  REQUIRE(gateway.ask("echo.say", "x").code == Code::ok);
  worker.keeps = true;
  const auto before = gateway.clock.steady_us();
  CHECK(gateway.ask("echo.say", {}, 300).code == Code::deadline_inflight);
  CHECK(gateway.clock.steady_us() - before < 2'000'000);
  worker.answer_kept();  // Late: dropped, by the broker or here.
  CHECK(gateway.ask("echo.say", "x").body == "x");
}

TEST_CASE("a broker that dies and comes back on its address serves both sides again", "[net]") {
  const TestHouse house;
  auto broker = std::make_unique<LiveBroker>(house);
  const auto endpoint = broker->endpoint();
  Context context;
  EchoWorker worker(context, house, {endpoint});
  Gateway gateway(context, house, {endpoint});
  REQUIRE(gateway.ask("echo.say", "x").code == Code::ok);
  broker->die();
  broker = std::make_unique<LiveBroker>(house, endpoint);
  CHECK(eventually([&] { return gateway.ask("echo.say", "y").code == Code::ok; }));
}

TEST_CASE("a client moves to the other broker when its own dies", "[net]") {
  const TestHouse house;
  LiveBroker first(house), second(house);
  Context context;
  EchoWorker worker(context, house, {first.endpoint(), second.endpoint()});
  Gateway gateway(context, house, {first.endpoint(), second.endpoint()});
  REQUIRE(gateway.ask("echo.say", "x").code == Code::ok);
  first.die();
  CHECK(eventually([&] { return gateway.ask("echo.say", "y").code == Code::ok; }));
  CHECK(gateway.ask("echo.say", "z").code == Code::ok);
}

TEST_CASE("a worker that leaves answers what it has in hand first", "[net]") {
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  auto worker = std::make_unique<EchoWorker>(context, house, std::vector{broker.endpoint()});
  Gateway gateway(context, house, {broker.endpoint()});
  REQUIRE(gateway.ask("echo.say", "x").code == Code::ok);
  constexpr int kCalls = 500;
  std::atomic<int> ok{0}, unsure{0}, ended{0};
  for (int i = 0; i < kCalls; ++i) {
    Call call;
    call.name = "echo.say";
    call.budget_ms = 1000;
    gateway.mesh->call(std::move(call), [&](Answer answer) {
      ok += answer.code == Code::ok;
      unsure += ran(answer.code) == Ran::unknown;
      ++ended;
    });
  }
  worker.reset();
  CHECK(eventually([&] { return ended == kCalls; }));
  CHECK(unsure == 0);
}

TEST_CASE("calls after the end of a mesh are answered, not lost", "[net]") {
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  Gateway gateway(context, house, {broker.endpoint()});
  std::atomic<int> ended{0};
  for (int i = 0; i < 10; ++i) {
    Call call;
    call.name = "away.knock";
    call.budget_ms = 600;
    gateway.mesh->call(std::move(call), [&](Answer) { ++ended; });
  }
  gateway.mesh.reset();
  CHECK(ended == 10);
}

TEST_CASE("a mesh without the broker's key or with a broken address does not start", "[net]") {
  const TestHouse house;
  Context context;
  const SystemClock clock;
  crypto::SystemRandom random;
  MeshOptions options;
  options.keys = house.ring("gateway");
  options.brokers = {"tcp://nowhere:no-port"};
  CHECK_FALSE(Mesh(context, options, {}, clock, random).start());
  options.brokers = {"tcp://127.0.0.1:5570"};
  options.keys.public_keys.erase("broker");
  CHECK_FALSE(Mesh(context, options, {}, clock, random).start());
}

TEST_CASE("an event frame comes back as the publication it carried", "[net]") {
  Ext ext;
  ext.epoch = 7;
  ext.previous = 41;
  ext.previous_hash = std::string(32, 'p');
  ext.hash = std::string(32, 'h');
  ext.at = 1234;
  const auto bytes = event_frame("ticket.sold", 42, ext, "body");
  CHECK(bytes.substr(0, 12) == std::string("ticket.sold\0", 12));
  const auto publication = parse_event_frame(bytes);
  REQUIRE(publication);
  CHECK(publication->topic == "ticket.sold");
  CHECK(publication->seq == 42);
  CHECK(publication->ext.hash == ext.hash);
  CHECK(publication->ext.previous == 41);
  CHECK(publication->body == "body");
  for (size_t cut = 0; cut < bytes.size() - 4; ++cut) {
    CHECK_FALSE(parse_event_frame(bytes.substr(0, cut)));
  }
  CHECK_FALSE(parse_event_frame("user.sold" + bytes.substr(11)));
}

}  // namespace
}  // namespace bilten::net
