// Operators' rules at run time: who may set them, which are refused, what each does to traffic.
#include <catch2/catch.hpp>

#include "tests/unit/broker/world.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

constexpr PeerId kGateway = 1, kOld = 2, kNew = 3, kOps = 4;

// Two versions of one service, a client and an operator.
struct Mesh : World {
  Mesh() {
    join(kOld, "user", {version_claim("mail", 200, "1.0.0")});
    join(kNew, "user", {version_claim("mail", 200, "1.1.0")});
    join(kGateway, "gateway");
    join(kOps, "ops");
    sent.clear();
  }
  template <Described T>
  SentFrame rule(const std::string& name, const T& message, PeerId by = kOps) {
    say(by, request_frame(1, "$mesh." + name, 2000, 0, encode(message)));
    const auto frames = heard(by);
    REQUIRE(frames.size() == 1);
    return frames[0];
  }
  // Sets a rule; its number.
  template <Described T>
  uint32_t set(const std::string& name, const T& message) {
    const auto answer = rule(name, message);
    const auto ruled = decode<mesh::Ruled>(answer.frame().body);
    INFO(name << ": " << error_of(answer.frame()).detail);
    REQUIRE(answer.command() == Command::reply);
    return ruled->number;
  }
  // Why a rule is refused: the pointer of the field at fault, or the reason.
  template <Described T>
  std::string fault(const std::string& name, const T& message) {
    const auto answer = rule(name, message);
    REQUIRE(answer.command() == Command::error);
    const auto error = error_of(answer.frame());
    return error.fields.empty() ? error.reason : error.fields[0].pointer;
  }
  void ask(int count) {
    for (int i = 0; i < count; ++i) request(kGateway, ++last_id, "mail.send");
  }
  Code refused() {
    const auto frames = heard(kGateway);
    REQUIRE(frames.size() == 1);
    REQUIRE(frames[0].command() == Command::error);
    return frames[0].code();
  }
  uint64_t last_id = 0;
};

mesh::Fault fault_rule(const std::string& name) {
  mesh::Fault fault;
  fault.name = name;
  fault.percent = 100;
  return fault;
}

// A command: it carries an idempotency key.
std::string command_frame(uint64_t id, const std::string& name) {
  Header header;
  header.id = id;
  header.ttl_ms = 2000;
  header.flags = flag::kIdempotent;
  Ext ext;
  ext.idempotency_key = std::string(16, 'k');
  return build_frame(header, name, ext.pack(), "body");
}

}  // namespace

TEST_CASE("rules are an operator's, and each change is noted once", "[broker]") {
  Mesh world;
  const mesh::Canary canary{"mail", "1.1.0", 10};
  const auto refused = world.rule("canary", canary, kGateway);
  CHECK(refused.code() == Code::denied);
  const auto before = world.notes.size();
  const auto number = world.set("canary", canary);
  REQUIRE(world.notes.size() == before + 1);
  CHECK(world.notes.back() == "rule_set");
  const auto answer = world.rule("rules", mesh::Ping{});
  const auto rules = decode<mesh::Rules>(answer.frame().body);
  REQUIRE(rules);
  REQUIRE(rules->rules.size() == 1);
  CHECK(rules->rules[0].number == number);
  CHECK(rules->rules[0].by == "ops");
  CHECK(rules->rules[0].percent == 10U);
  CHECK_FALSE(rules->rules[0].worker);
  CHECK(world.fault("clear", mesh::Clear{number + 1}) == "unknown_rule");
  world.set("clear", mesh::Clear{number});
  CHECK(world.notes.back() == "rules_cleared");
  CHECK(decode<mesh::Rules>(world.rule("rules", mesh::Ping{}).frame().body)->rules.empty());
}

TEST_CASE("a rule that makes no sense is refused with its field", "[broker]") {
  Mesh world;
  CHECK(world.fault("canary", mesh::Canary{"mail", "1.*.0", 10}) == "/version");
  CHECK(world.fault("canary", mesh::Canary{"mail", "1.1.0", 101}) == "/percent");
  CHECK(world.fault("canary", mesh::Canary{"Mail!", "1.1.0", 10}) == "/service");
  CHECK(world.fault("mirror", mesh::Mirror{"mail", "", {}, 10, false}) == "/version");
  CHECK(world.fault("mirror", mesh::Mirror{"mail", "", World::instance(3), 10, true}) ==
        "/commands");
  auto fault = fault_rule("mail.*");
  CHECK(world.fault("fault", fault) == "/delay_ms");
  fault.abort = "nonsense";
  CHECK(world.fault("fault", fault) == "/abort");
  fault.abort = "no_capacity";
  fault.drop = true;
  CHECK(world.fault("fault", fault) == "/delay_ms");
  fault = fault_rule("m*il");
  fault.drop = true;
  CHECK(world.fault("fault", fault) == "/name");
  CHECK(world.fault("limits", mesh::Limits{"nobody", 1, 1}) == "unknown_principal");
  for (uint32_t i = 1; i <= Traffic::kRulesMax; ++i) {
    world.set("weight", mesh::Weight{"s" + std::to_string(i), "", {}, 5});
  }
  CHECK(world.fault("weight", mesh::Weight{"more", "", {}, 5}) == "too_many_rules");
  world.set("weight", mesh::Weight{"s1", "", {}, 6});  // In place of the one before.
}

TEST_CASE("drained workers finish what they have and get nothing new until undrained", "[broker]") {
  Mesh world;
  world.set("drain", mesh::Drain{"mail", "1.0.*", {}, true});
  world.ask(6);
  CHECK(world.heard(kOld).empty());
  CHECK(world.heard(kNew).size() == 6);
  world.set("drain", mesh::Drain{"mail", "", {}, true});
  world.ask(1);
  CHECK(world.refused() == Code::draining);
  world.set("drain", mesh::Drain{"mail", "", {}, false});
  world.set("drain", mesh::Drain{"mail", "1.0.*", {}, false});
  world.ask(6);
  CHECK_FALSE(world.heard(kOld).empty());
}

TEST_CASE("a drain rule ends those that wait, and holds for a worker that comes later",
          "[broker]") {
  Mesh world;
  for (const PeerId worker : {kOld, kNew}) {
    world.say(worker, World::frame(Command::credit, 0, encode(Credit{"mail", 0})));
  }
  world.ask(1);
  world.set("drain", mesh::Drain{"mail", "", {}, true});
  CHECK(world.refused() == Code::draining);
  world.join(5, "user", {World::claim("mail", 4)});
  world.ask(1);
  CHECK(world.refused() == Code::draining);
}

TEST_CASE("a weight rule shifts the load and its end gives it back", "[broker]") {
  Mesh world;
  world.set("weight", mesh::Weight{"mail", "", World::instance(kNew), 3});
  world.ask(40);
  CHECK(world.answer_all(kNew) == 30);
  CHECK(world.answer_all(kOld) == 10);
  world.set("weight", mesh::Weight{"mail", "", World::instance(kNew), 0});
  world.ask(40);
  CHECK(world.heard(kNew).size() == 20);
}

TEST_CASE("a canary gets its share and no more, and nobody suffers when it is away", "[broker]") {
  Mesh world;
  world.set("canary", mesh::Canary{"mail", "1.1.*", 10});
  size_t canary = 0;
  for (int i = 0; i < 1000; ++i) {
    world.ask(1);
    canary += world.answer_all(kNew);
    world.answer_all(kOld);
  }
  CHECK(canary > 60);
  CHECK(canary < 140);
  world.heard(kGateway);
  world.set("canary", mesh::Canary{"mail", "1.1.*", 100});
  world.ask(3);
  CHECK(world.heard(kNew).size() == 3);
  // The client's own pin counts for more.
  world.say(kGateway, World::aimed_frame(9999, "mail.send", 0, "1.0.0"));
  CHECK(world.heard(kOld).size() == 1);
  world.say(kNew, World::frame(Command::disconnect));
  world.heard(kGateway);
  world.ask(3);
  CHECK(world.heard(kOld).size() == 3);
  CHECK(world.heard(kGateway).empty());
}

TEST_CASE("a mirror copies questions, its answers go nowhere and count for nothing", "[broker]") {
  Mesh world;
  world.set("canary", mesh::Canary{"mail", "1.0.0", 100});
  world.set("mirror", mesh::Mirror{"mail", "1.1.0", {}, 100, false});
  world.ask(1);
  const auto original = world.heard(kOld);
  const auto copy = world.heard(kNew);
  REQUIRE(original.size() == 1);
  REQUIRE(copy.size() == 1);
  CHECK((copy[0].frame().header.flags & flag::kOneway) != 0);
  CHECK((original[0].frame().header.flags & flag::kOneway) == 0);
  CHECK(copy[0].frame().header.id != original[0].frame().header.id);
  CHECK(copy[0].frame().header.principal == 20);
  CHECK(copy[0].frame().body == "body");
  CHECK(world.core->waiting() == 1);
  world.say(kNew, World::frame(Command::reply, copy[0].frame().header.id, "copied"));
  CHECK(world.heard(kGateway).empty());
  world.say(kOld, World::frame(Command::reply, original[0].frame().header.id, "true"));
  CHECK(world.heard(kGateway).at(0).frame().body == "true");
  CHECK(world.core->slots_used() == 0);
  CHECK(world.core->counters().mirrored == 1);
  CHECK(world.core->counters().forwarded == 1);
  // A command is not copied unless the rule says so.
  world.say(kGateway, command_frame(50, "mail.send"));
  CHECK(world.heard(kOld).size() == 1);
  CHECK(world.heard(kNew).empty());
  world.set("mirror", mesh::Mirror{"mail", "1.1.0", {}, 100, true});
  world.say(kGateway, command_frame(51, "mail.send"));
  CHECK(world.heard(kOld).size() == 1);
  CHECK(world.heard(kNew).size() == 1);
}

TEST_CASE("a copy never goes to the worker that has the original, and failures of it judge nobody",
          "[broker]") {
  Mesh world;
  world.set("mirror", mesh::Mirror{"mail", "1.1.0", {}, 100, false});
  world.set("canary", mesh::Canary{"mail", "1.1.0", 100});
  world.ask(5);
  CHECK(world.heard(kNew).size() == 5);
  CHECK(world.heard(kOld).empty());
  world.set("canary", mesh::Canary{"mail", "1.0.0", 100});
  for (int i = 0; i < 50; ++i) {
    world.ask(1);
    world.answer_all(kOld);
    world.answer_all(kNew, Code::internal);
  }
  CHECK(world.core->counters().breakers_opened == 0);
  for (const auto& each : world.heard(kGateway)) CHECK(each.command() == Command::reply);
}

TEST_CASE("a copy whose worker is lost or too slow ends in silence", "[broker]") {
  Mesh world;
  world.set("canary", mesh::Canary{"mail", "1.0.0", 100});
  world.set("mirror", mesh::Mirror{"mail", "1.1.0", {}, 100, false});
  world.ask(2);
  world.answer_all(kOld);
  world.heard(kGateway);
  world.live_ms(2010);  // The copies' budgets end.
  world.gone = {kNew};
  world.live_ms(300);
  CHECK(world.heard(kGateway).empty());
  CHECK(world.core->slots_used() == 0);
  CHECK(world.core->counters().expired == 0);
  CHECK(world.core->counters().worker_lost == 0);
}

TEST_CASE("faults delay, abort and drop what they name", "[broker]") {
  Mesh world;
  auto fault = fault_rule("mail.*");
  SECTION("a delay keeps the request back and takes its budget") {
    fault.delay_ms = 300;
    world.set("fault", fault);
    world.ask(1);
    world.live_ms(290);
    CHECK(world.heard(kOld).empty());
    CHECK(world.heard(kNew).empty());
    world.live_ms(20);
    CHECK(world.heard(kOld).size() + world.heard(kNew).size() == 1);
    world.request(kGateway, 500, "mail.send", 100);
    world.live_ms(110);
    CHECK(world.refused() == Code::deadline_queued);
  }
  SECTION("an abort answers at once") {
    fault.abort = "unavailable";
    world.set("fault", fault);
    world.ask(1);
    CHECK(world.refused() == Code::unavailable);
    CHECK(world.core->slots_used() == 0);
  }
  SECTION("a drop ends by the budget") {
    fault.drop = true;
    world.set("fault", fault);
    world.ask(1);
    world.live_ms(1990);
    CHECK(world.heard(kGateway).empty());
    world.live_ms(20);
    CHECK(world.refused() == Code::deadline_queued);
    CHECK(world.core->slots_used() == 0);
  }
  SECTION("a cancelled or deserted one leaves nothing behind") {
    fault.drop = true;
    world.set("fault", fault);
    world.ask(2);
    world.say(kGateway, World::frame(Command::cancel, 1));
    CHECK(world.refused() == Code::cancelled);
    world.say(kGateway, World::frame(Command::disconnect));
    CHECK(world.core->slots_used() == 0);
  }
  SECTION("a delayed one whose service is gone meanwhile is told so") {
    fault.delay_ms = 300;
    world.set("fault", fault);
    world.ask(1);
    world.say(kOld, World::frame(Command::disconnect));
    world.say(kNew, World::frame(Command::disconnect));
    world.live_ms(310);
    CHECK(world.refused() == Code::no_service);
  }
  SECTION("other messages are left alone, and so is the broker's own") {
    fault.drop = true;
    world.set("fault", fault);
    world.say(kOps, World::request_frame(77, "$mesh.ping"));
    CHECK(world.heard(kOps).size() == 1);
    CHECK(world.core->counters().faults == 0);
  }
  world.say(kOps, World::request_frame(78, "$mesh.ping"));
  CHECK(world.heard(kOps).size() == 1);
}

TEST_CASE("a fault of some percent hits about so many", "[broker]") {
  Mesh world;
  auto fault = fault_rule("mail.send");
  fault.percent = 20;
  fault.abort = "no_capacity";
  world.set("fault", fault);
  for (int i = 0; i < 1000; ++i) {
    world.ask(1);
    world.answer_all(kOld);
    world.answer_all(kNew);
  }
  CHECK(world.core->counters().faults > 140);
  CHECK(world.core->counters().faults < 260);
}

TEST_CASE("limits of a rule stand over the file's until they are cleared", "[broker]") {
  Mesh world;
  world.set("limits", mesh::Limits{"gateway", 3, 0});
  world.ask(4);
  CHECK(world.refused() == Code::rate_limited);
  world.core->set_access(world.now, World::rules());  // A reload changes nothing about it.
  world.ask(1);
  CHECK(world.refused() == Code::rate_limited);
  world.set("clear", mesh::Clear{});
  world.ask(1);
  CHECK(world.heard(kGateway).empty());
  world.set("limits", mesh::Limits{"gateway", 0, 2});
  world.ask(3);
  CHECK(world.refused() == Code::rate_limited);
}

TEST_CASE("a watch of the services is answered when they change, or in time", "[broker]") {
  Mesh world;
  const auto watch = [&](uint64_t id, int64_t since, uint32_t ttl_ms = 2000) {
    world.say(kGateway, World::request_frame(id, "$mesh.services", ttl_ms, 0,
                                             encode(mesh::ServicesWatch{since})));
  };
  const auto answered = [&] {
    const auto frames = world.heard(kGateway);
    REQUIRE(frames.size() == 1);
    return decode<mesh::Services>(frames[0].frame().body)->index;
  };
  watch(1, 0);
  const auto index = answered();
  watch(2, index);
  world.live_ms(100);
  CHECK(world.heard(kGateway).empty());
  world.set("weight", mesh::Weight{"mail", "", {}, 4});
  CHECK(answered() > index);
  watch(3, index);  // An old index: there is news at once.
  const auto now = answered();
  watch(4, now, 1000);
  world.live_ms(899);
  CHECK(world.heard(kGateway).empty());
  world.live_ms(2);
  CHECK(answered() == now);
  watch(5, now);
  world.say(kGateway, World::frame(Command::cancel, 5));
  CHECK(world.refused() == Code::cancelled);
  watch(6, now);
  world.say(kOld, World::frame(Command::drain));
  CHECK(answered() > now);
  world.say(kGateway, World::request_frame(7, "$mesh.services", 2000, 0, "not a map"));
  CHECK(world.refused() == Code::invalid);
}
