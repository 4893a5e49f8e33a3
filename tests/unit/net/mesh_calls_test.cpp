// Calls: deadlines, sending again, losses; MeshCore on a virtual clock.
#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/net/scripted_mesh.h"

namespace bilten::net {
namespace {

constexpr SteadyMicros kSecond = 1'000'000;
constexpr SteadyMicros kSlack = 40'000;  // Grace for the broker's word, and the alarms' rounding.

TEST_CASE("a call waits for a link within its budget, and says that it never ran", "[net]") {
  ScriptedMesh mesh(1);
  mesh.brokers[0].reachable = false;
  const auto at = mesh.now;
  const int call = mesh.call(call_of("echo.say", 700));
  mesh.run(kSecond / 2);
  CHECK_FALSE(mesh.ended(call));
  mesh.run(kSecond);
  REQUIRE(mesh.ended(call));
  CHECK(mesh.outcome(call).answer.code == Code::deadline_queued);
  CHECK(mesh.outcome(call).at - at <= 700'000 + kSlack);
}

TEST_CASE("calls made before a link is up are sent when it is, with the time left", "[net]") {
  ScriptedMesh mesh(1);
  mesh.brokers[0].reachable = false;
  for (int i = 0; i < 5; ++i) mesh.call(call_of("echo.say", 2000));
  mesh.run(kSecond / 2);
  mesh.brokers[0].reachable = true;
  mesh.run(kSecond / 2);
  const auto requests = mesh.sent(Command::request);
  REQUIRE(requests.size() == 5);
  CHECK(requests[0].header.ttl_ms <= 1500);
  CHECK(requests[0].header.ttl_ms >= 1000);
}

TEST_CASE("a call to one broker goes to that one, or ends at once where it is not linked",
          "[net]") {
  ScriptedMesh mesh(3);
  mesh.brokers[1].reachable = false;
  mesh.run(kSecond / 10);
  for (const uint32_t broker : {0U, 2U, 0U}) {
    auto to_one = call_of("$mesh.services");
    to_one.broker = broker;
    mesh.call(to_one);
    mesh.run(kSecond / 100);
    CHECK(mesh.sent(Command::request).back().link == broker);
  }
  for (const uint32_t broker : {1U, 3U}) {
    auto to_none = call_of("$mesh.services", 2000, true);
    to_none.broker = broker;
    const int call = mesh.call(to_none);
    mesh.run(kSecond / 100);
    REQUIRE(mesh.ended(call));
    CHECK(mesh.outcome(call).answer.code == Code::broker_lost);
  }
  CHECK(mesh.sent(Command::request).size() == 3);
}

TEST_CASE("a call to one broker is not sent to another when that one is lost", "[net]") {
  ScriptedMesh mesh(2);
  mesh.run(kSecond / 10);
  auto to_one = call_of("$mesh.services", 2000, true);
  to_one.broker = 1;
  const int call = mesh.call(to_one);
  mesh.run(kSecond / 100);
  mesh.disconnect(1, Code::draining);
  mesh.run(kSecond / 100);
  REQUIRE(mesh.ended(call));
  CHECK(mesh.outcome(call).answer.code == Code::broker_lost);
  CHECK(mesh.outcome(call).times == 1);
}

TEST_CASE("a call that nobody answers ends by the core's own clock", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  const auto at = mesh.now;
  const int call = mesh.call(call_of("echo.say", 500));
  mesh.run(2 * kSecond);
  CHECK(mesh.outcome(call).answer.code == Code::deadline_inflight);
  CHECK(mesh.outcome(call).at - at <= 500'000 + kSlack);
  mesh.answer(mesh.sent(Command::request)[0], "late");
  CHECK(mesh.outcome(call).times == 1);
  CHECK(mesh.core.counts().late_answers == 1);
}

TEST_CASE("a lost link ends a plain call as lost and sends an idempotent one again", "[net]") {
  ScriptedMesh mesh(2);
  mesh.run(kSecond / 10);
  auto repeatable = call_of("echo.say", 5000, true);
  repeatable.ext.idempotency_key = std::string(16, 'k');
  const int plain = mesh.call(call_of("echo.say", 5000));
  const int again = mesh.call(repeatable);
  mesh.run(kSecond);
  const auto first = mesh.sent(Command::request).back();
  mesh.disconnect(first.link, Code::unknown_peer);
  CHECK(mesh.outcome(plain).answer.code == Code::broker_lost);
  REQUIRE_FALSE(mesh.ended(again));
  const auto second = mesh.sent(Command::request).back();
  CHECK(second.link != first.link);
  CHECK(second.header.id == first.header.id);
  CHECK(second.ext == first.ext);
  CHECK(second.header.ttl_ms <= first.header.ttl_ms - 1000);
  CHECK((second.header.flags & flag::kAttemptMask) == 1 << 8);
  mesh.answer(second, "ok");
  CHECK(mesh.outcome(again).answer.body == "ok");
}

TEST_CASE("a changed incarnation in WELCOME loses what was under way there", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  const int call = mesh.call(call_of("echo.say", 5000));
  Welcome welcome;
  welcome.incarnation = 1;
  mesh.receive(0, control(Command::welcome, encode(welcome)));
  CHECK_FALSE(mesh.ended(call));
  welcome.incarnation = 2;
  mesh.receive(0, control(Command::welcome, encode(welcome)));
  CHECK(mesh.outcome(call).answer.code == Code::broker_lost);
}

TEST_CASE("a refusal after a lost send does not claim that nothing ran", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  const int call = mesh.call(call_of("echo.say", 5000, true));
  mesh.disconnect(0, Code::unknown_peer);
  mesh.run(kSecond);
  REQUIRE(mesh.sent(Command::request).size() == 2);
  mesh.refuse(mesh.sent(Command::request).back(), Code::denied);
  REQUIRE(mesh.ended(call));
  CHECK(ran(mesh.outcome(call).answer.code) == Ran::unknown);
}

TEST_CASE("what did not run is sent again within the budget, a few times", "[net]") {
  for (const auto code :
       {Code::no_capacity, Code::draining, Code::circuit_open, Code::fenced, Code::no_service}) {
    CAPTURE(word(code));
    ScriptedMesh mesh(1);
    mesh.run(kSecond / 10);
    const int call = mesh.call(call_of("echo.say", 60'000));
    size_t answered = 0;
    while (!mesh.ended(call)) {
      const auto requests = mesh.sent(Command::request);
      if (requests.size() > answered) mesh.refuse(requests[answered++], code);
      mesh.run(5000);
    }
    CHECK(mesh.outcome(call).answer.code == code);
    // A broker that is out of capacity has made it wait already.
    CHECK(answered >= (code == Code::no_capacity ? 2 : 3));
    CHECK(answered <= (code == Code::no_service ? 60 : code == Code::no_capacity ? 2 : 5));
  }
}

TEST_CASE("what may have run, or would be refused again, is told at once", "[net]") {
  for (const auto code : {Code::unavailable, Code::denied, Code::rate_limited, Code::not_found,
                          Code::deadline_inflight}) {
    CAPTURE(word(code));
    ScriptedMesh mesh(1);
    mesh.run(kSecond / 10);
    const int call = mesh.call(call_of("echo.say", 60'000, true));
    mesh.refuse(mesh.sent(Command::request)[0], code);
    REQUIRE(mesh.ended(call));
    CHECK(mesh.outcome(call).answer.code == code);
    CHECK(mesh.outcome(call).answer.error.detail == "scripted");
  }
}

TEST_CASE("a call whose worker was lost is sent again where that is harmless", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  SECTION("without a key it ends at once: it may have run") {
    const int call = mesh.call(call_of("echo.say", 60'000, false));
    mesh.refuse(mesh.sent(Command::request)[0], Code::worker_lost);
    REQUIRE(mesh.ended(call));
    CHECK(mesh.outcome(call).answer.code == Code::worker_lost);
  }
  SECTION("an idempotent one goes again, and the answer counts") {
    const int call = mesh.call(call_of("echo.say", 60'000, true));
    mesh.refuse(mesh.sent(Command::request)[0], Code::worker_lost);
    mesh.run(kSecond);
    const auto requests = mesh.sent(Command::request);
    REQUIRE(requests.size() == 2);
    mesh.answer(requests[1], "done");
    REQUIRE(mesh.ended(call));
    CHECK(mesh.outcome(call).answer.code == Code::ok);
  }
  SECTION("what the second sending comes to does not say that the first did not run") {
    const int call = mesh.call(call_of("echo.say", 60'000, true));
    mesh.refuse(mesh.sent(Command::request)[0], Code::worker_lost);
    mesh.run(kSecond);
    mesh.refuse(mesh.sent(Command::request)[1], Code::unavailable);
    REQUIRE(mesh.ended(call));
    CHECK(ran(mesh.outcome(call).answer.code) == Ran::unknown);
  }
  SECTION("a few times, and no more") {
    const int call = mesh.call(call_of("echo.say", 60'000, true));
    size_t answered = 0;
    while (!mesh.ended(call)) {
      const auto requests = mesh.sent(Command::request);
      if (requests.size() > answered) mesh.refuse(requests[answered++], Code::worker_lost);
      mesh.run(5000);
    }
    CHECK(answered == 5);
    CHECK(ran(mesh.outcome(call).answer.code) == Ran::unknown);
  }
}

TEST_CASE("a service that restarts within two seconds is waited for, unless told not to", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  auto hasty = call_of("echo.say", 5000);
  hasty.wait_for_service = false;
  const int at_once = mesh.call(hasty);
  mesh.refuse(mesh.sent(Command::request)[0], Code::no_service);
  CHECK(mesh.ended(at_once));
  const int patient = mesh.call(call_of("echo.say", 5000));
  size_t answered = 1;
  const auto until = mesh.now + 2 * kSecond;
  while (mesh.now < until) {
    const auto requests = mesh.sent(Command::request);
    if (requests.size() > answered) mesh.refuse(requests[answered++], Code::no_service);
    mesh.run(5000);
  }
  mesh.run(kSecond / 4);
  REQUIRE(mesh.sent(Command::request).size() > answered);
  mesh.answer(mesh.sent(Command::request)[answered], "back");
  CHECK(mesh.outcome(patient).answer.body == "back");
}

TEST_CASE("advice on when to come again is followed, or the refusal told when it is too late",
          "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  const int call = mesh.call(call_of("echo.say", 3000));
  mesh.refuse(mesh.sent(Command::request)[0], Code::no_capacity, 1000);
  mesh.run(kSecond - 10'000);
  CHECK(mesh.sent(Command::request).size() == 1);
  mesh.run(kSecond / 10);
  REQUIRE(mesh.sent(Command::request).size() == 2);
  mesh.refuse(mesh.sent(Command::request)[1], Code::no_capacity, 2000);
  CHECK(mesh.outcome(call).answer.code == Code::no_capacity);
  CHECK(mesh.outcome(call).answer.error.retry_after_ms == 2000);
}

TEST_CASE("a socket that stays full ends calls as no_capacity", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  mesh.brokers[0].reachable = false;
  const int call = mesh.call(call_of("echo.say", 10'000));
  for (int i = 0; i < 30; ++i) {
    mesh.receive(0, control(Command::heartbeat));  // The broker lives and reads nothing.
    mesh.run(kSecond / 20);
  }
  REQUIRE(mesh.ended(call));
  CHECK(mesh.outcome(call).answer.code == Code::no_capacity);
}

TEST_CASE("calls that no broker could carry are refused here", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  auto call = call_of("echo.say");
  call.body.assign(kBodyMax + 1, 'x');
  CHECK(mesh.outcome(mesh.call(call)).answer.code == Code::too_large);
  call = call_of("echo.say");
  call.ext.claims.assign(kExtMax, 'x');
  CHECK(mesh.outcome(mesh.call(call)).answer.code == Code::too_large);
  CHECK(mesh.outcome(mesh.call(call_of("Not a name"))).answer.code == Code::bad_frame);
  CHECK(mesh.sent(Command::request).empty());
}

TEST_CASE("more calls than the table holds end as no_capacity", "[net]") {
  ScriptedMesh mesh(1);
  for (size_t i = 0; i < MeshCalls::kMax; ++i)
    mesh.core.call(mesh.now, call_of("a.b"), [](Answer) {});
  const int one_more = mesh.call(call_of("a.b"));
  CHECK(mesh.outcome(one_more).answer.code == Code::no_capacity);
}

TEST_CASE("an end of the process ends every call", "[net]") {
  ScriptedMesh mesh(2);
  mesh.run(kSecond / 10);
  const int sent = mesh.call(call_of("echo.say"));
  mesh.refuse(mesh.sent(Command::request)[0], Code::no_capacity);
  const int resting = mesh.call(call_of("echo.say"));
  mesh.core.finish(mesh.now);
  mesh.carry_out();
  CHECK(mesh.outcome(sent).times == 1);
  CHECK(ran(mesh.outcome(sent).answer.code) == Ran::no);
  CHECK(mesh.outcome(resting).answer.code == Code::broker_lost);
  CHECK(mesh.sent(Command::disconnect).size() == 2);
}

// Brokers that answer, refuse, forget, die and return at random.
class Chaos {
 public:
  explicit Chaos(uint64_t seed) : mesh_(3, true, seed), random_(seed + 1) {}

  void step() {
    const auto link = static_cast<uint32_t>(random_.below(mesh_.brokers.size()));
    switch (random_.below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4: call(); break;
      case 5:
      case 6:
      case 7: answer_one(); break;
      case 8: refuse_one(); break;
      case 9:
        if (random_.below(40) == 0) mesh_.disconnect(link, any_code());
        break;
      case 10:
        if (random_.below(40) == 0) mesh_.brokers[link].reachable ^= true;
        break;
      case 11:
        if (random_.below(40) == 0) mesh_.brokers[link].beats ^= true;
        break;
      case 12:
        if (random_.below(40) == 0) mesh_.brokers[link].welcomes ^= true;
        break;
      case 13:
        if (random_.below(100) == 0) mesh_.receive(link, control(Command::drain));
        break;
      default: mesh_.run(static_cast<SteadyMicros>(random_.below(20'000)));
    }
    mesh_.notices.clear();
  }
  void finish() {
    mesh_.run(4 * kSecond);
    for (const auto& [number, outcome] : mesh_.outcomes) {
      CAPTURE(number);
      REQUIRE(outcome.times == 1);
      REQUIRE(outcome.at <= latest_[number]);
    }
    CHECK(mesh_.core.next_wake() > mesh_.now);
  }
  size_t calls() const { return latest_.size(); }

 private:
  void call() {
    const auto budget = static_cast<uint32_t>(1 + random_.below(3000));
    const auto at = mesh_.now;
    const int number = mesh_.call(call_of("echo.say", budget, random_.below(2) == 0));
    latest_[number] = at + SteadyMicros{budget} * 1000 + kSlack;
  }
  Code any_code() {
    static constexpr Code kCodes[] = {Code::no_service, Code::no_capacity, Code::draining,
                                      Code::fenced,     Code::worker_lost, Code::unknown_peer,
                                      Code::not_found,  Code::ok};
    return kCodes[random_.below(std::size(kCodes))];
  }
  // One of the last requests: some of them answered already, or lost with their link.
  const Seen* any_request() {
    for (int tries = 0; tries < 10 && !mesh_.seen.empty(); ++tries) {
      const auto back = 1 + random_.below(std::min<uint64_t>(mesh_.seen.size(), 60));
      const auto& seen = mesh_.seen[mesh_.seen.size() - back];
      if (seen.header.command == Command::request) return &seen;
    }
    return nullptr;
  }
  void answer_one() {
    if (const auto* request = any_request()) mesh_.answer(Seen(*request), "body");
  }
  void refuse_one() {
    if (const auto* request = any_request()) {
      mesh_.refuse(Seen(*request), any_code(), static_cast<uint32_t>(random_.below(200)));
    }
  }

  ScriptedMesh mesh_;
  SeededRandom random_;
  std::map<int, SteadyMicros> latest_;
};

TEST_CASE("whatever brokers do, every call ends once and in time", "[net]") {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    Chaos chaos(seed);
    for (int i = 0; i < 10'000; ++i) chaos.step();
    chaos.finish();
    CHECK(chaos.calls() > 2000);
  }
}

TEST_CASE("no two calls ever share an id", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  std::set<uint64_t> ids;
  for (int i = 0; i < 5000; ++i) {
    mesh.call(call_of("echo.say"));
    const auto request = mesh.seen.back();
    CHECK(ids.insert(request.header.id).second);
    if (i % 3 != 0) mesh.answer(request, "");
  }
}

}  // namespace
}  // namespace bilten::net
