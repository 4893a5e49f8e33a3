// $mesh.ask: a question to one worker of several, about itself.
#include <catch2/catch.hpp>

#include "common/wire/mesh_admin.h"
#include "tests/unit/broker/world.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

constexpr PeerId kGateway = 1, kFirst = 2, kSecond = 3, kUser = 4;

struct Asking : World {
  explicit Asking(uint32_t credit = 4) {
    join(kFirst, "ticket", {claim("ticket", credit)});
    join(kSecond, "ticket", {claim("ticket", credit)});
    join(kUser, "user", {claim("user", 4)});
    join(kGateway, "gateway");
    sent.clear();
  }
  void ask(PeerId worker, const std::string& name = "ticket.$metrics", uint32_t ttl_ms = 2000,
           uint16_t flags = 0) {
    const mesh::Ask wish{instance(static_cast<uint8_t>(worker)), name, {"\x80"}};
    say(kGateway, request_frame(7, "$mesh.ask", ttl_ms, flags, encode(wish)));
  }
  Error refusal() {
    const auto frames = heard(kGateway);
    REQUIRE(frames.size() == 1);
    REQUIRE(frames[0].command() == Command::error);
    return error_of(frames[0].frame());
  }
};

}  // namespace

TEST_CASE("a question to one worker reaches that worker, and its answer the asker", "[broker]") {
  Asking world;
  for (const PeerId worker : {kSecond, kFirst, kSecond}) {
    world.ask(worker);
    const auto frames = world.heard(worker);
    REQUIRE(frames.size() == 1);
    const auto asked = frames[0].frame();
    CHECK(asked.header.command == Command::request);
    CHECK(asked.name == "ticket.$metrics");
    CHECK(asked.body == "\x80");
    CHECK(asked.header.principal == 20);  // The gateway's.
    CHECK(asked.header.ttl_ms == 2000);
    world.say(worker, World::frame(Command::reply, asked.header.id, "mine"));
    const auto answers = world.heard(kGateway);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].command() == Command::reply);
    CHECK(answers[0].frame().header.id == 7);
    CHECK(answers[0].frame().body == "mine");
  }
  CHECK(world.core->slots_used() == 0);
  CHECK(world.core->waiting() == 0);
}

TEST_CASE("only who may call a message may ask it of one worker", "[broker]") {
  Asking world;
  const mesh::Ask wish{World::instance(kUser), "user.$metrics", {"\x80"}};
  world.say(kFirst, World::request_frame(7, "$mesh.ask", 2000, 0, encode(wish)));
  const auto frames = world.heard(kFirst);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].code() == Code::denied);
  CHECK(world.core->counters().denied == 1);
  CHECK(world.heard(kUser).empty());
}

TEST_CASE("a worker is asked only about itself: a service's work is not handed out so",
          "[broker]") {
  Asking world;
  for (const char* name :
       {"ticket.order", "ticket.journal.read", "ticket", "$metrics", "ticket."}) {
    INFO(name);
    world.ask(kFirst, name);
    const auto error = world.refusal();
    CHECK(error.code == Code::invalid);
    REQUIRE(error.fields.size() == 1);
    CHECK(error.fields[0].pointer == "/name");
  }
  world.say(kGateway, World::request_frame(7, "$mesh.ask", 2000, 0, "\x80"));
  CHECK(world.refusal().code == Code::invalid);
  CHECK(world.heard(kFirst).empty());
}

TEST_CASE("who is not there, has no credit or leaves is not asked, and says so at once",
          "[broker]") {
  Asking world(1);
  world.ask(9);  // Nobody.
  CHECK(world.refusal().code == Code::no_service);
  world.ask(kUser);  // It serves something else.
  CHECK(world.refusal().code == Code::no_service);
  world.ask(kFirst);
  world.ask(kFirst);  // Its one place is taken.
  CHECK(world.refusal().code == Code::no_capacity);
  world.say(kSecond, World::frame(Command::drain));
  world.ask(kSecond);
  CHECK(world.refusal().code == Code::draining);
  CHECK(world.core->slots_used() == 1);
}

TEST_CASE("an asked worker that is lost, silent or cancelled is not replaced by another",
          "[broker]") {
  Asking world;
  world.ask(kFirst, "ticket.$trace", 2000, flag::kIdempotent);
  world.say(kFirst, World::frame(Command::disconnect));
  CHECK(world.refusal().code == Code::worker_lost);
  CHECK(world.heard(kSecond).empty());
  world.ask(kSecond, "ticket.$trace", 100);
  world.heard(kSecond);
  world.live_ms(150);
  CHECK(world.refusal().code == Code::deadline_inflight);
  world.heard(kSecond);
  world.ask(kSecond);
  world.say(kGateway, World::frame(Command::cancel, 7));
  CHECK(world.refusal().code == Code::cancelled);
}

TEST_CASE("a worker that a rule drains still speaks of itself", "[broker]") {
  Asking world;
  constexpr PeerId kOps = 5;
  world.join(kOps, "ops");
  mesh::Drain drain;
  drain.service = "ticket";
  world.say(kOps, World::request_frame(1, "$mesh.drain", 2000, 0, encode(drain)));
  world.ask(kFirst);
  CHECK(world.heard(kFirst).size() == 1);
  CHECK(world.heard(kGateway).empty());
}

TEST_CASE("a question to nobody in particular, sent oneway, does nothing", "[broker]") {
  Asking world;
  world.ask(kFirst, "ticket.$metrics", 2000, flag::kOneway);
  CHECK(world.heard(kFirst).empty());
  CHECK(world.heard(kGateway).empty());
}
