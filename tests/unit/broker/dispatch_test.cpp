// Who gets a request, and who makes way: choice among workers, breakers, shards and versions,
// standing queues, what a principal may ask.
#include <catch2/catch.hpp>

#include "tests/unit/broker/world.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

constexpr PeerId kGateway = 1, kOne = 2, kTwo = 3, kThree = 4;

uint16_t class_flags(Class value) {
  Header header;
  header.set_class(value);
  return header.flags;
}

Code refusal(World& world, PeerId client = kGateway) {
  const auto frames = world.heard(client);
  REQUIRE(frames.size() == 1);
  REQUIRE(frames[0].command() == Command::error);
  return frames[0].code();
}

// Two workers of one service, and a client.
struct Mail : World {
  explicit Mail(CoreOptions with = {}) : World(std::move(with)) {
    join(kOne, "user", {version_claim("mail", 8, "1.0.0")});
    join(kTwo, "user", {version_claim("mail", 8, "1.1.0")});
    join(kGateway, "gateway");
    sent.clear();
  }
  // One request after the other, each answered at once; how many went to the first worker.
  size_t run(int count, Code first, Code second = Code::ok) {
    size_t of_first = 0;
    for (int i = 0; i < count; ++i) {
      now += 1000;
      request(kGateway, ++last_id, "mail.send");
      of_first += answer_all(kOne, first);
      answer_all(kTwo, second);
      heard(kGateway);
    }
    return of_first;
  }
  uint64_t last_id = 0;
};

// Two owners who share the shards, and a client.
struct Shards : World {
  Shards() {
    auto low = owner("ticket", std::string(16, 'a'));
    low.shards = ShardRange{1, 999};
    auto high = owner("ticket", std::string(16, 'b'));
    high.shards = ShardRange{1000, UINT32_MAX};
    join(kOne, "ticket", {low});
    join(kTwo, "ticket", {high});
    join(kGateway, "gateway");
    sent.clear();
  }
};

}  // namespace

TEST_CASE("a worker that fails fast gets less, one that says no does not", "[broker]") {
  Mail world;
  const auto failing = world.run(100, Code::internal);
  CHECK(failing < 20);
  Mail other;
  const auto refusing = other.run(100, Code::not_found);
  CHECK(refusing > 30);
  CHECK(refusing < 70);
}

TEST_CASE("a worker that has recovered gets its share again", "[broker]") {
  Mail world;
  world.run(20, Code::internal);
  world.now += 60'000'000;
  for (const PeerId peer : {kGateway, kOne, kTwo})
    world.say(peer, World::frame(Command::heartbeat));
  world.sent.clear();
  CHECK(world.run(100, Code::ok) > 30);
}

TEST_CASE("a breaker opens for a worker that keeps failing, and a probe closes it", "[broker]") {
  Mail world;
  // Both busy, so that even the penalised one is used.
  const auto burst = [&](Code first) {
    for (int i = 0; i < 16; ++i) world.request(kGateway, ++world.last_id, "mail.send");
    world.now += 1000;
    const auto count = world.answer_all(kOne, first);
    world.answer_all(kTwo);
    world.heard(kGateway);
    return count;
  };
  while (world.core->counters().breakers_opened == 0) REQUIRE(burst(Code::unavailable) > 0);
  world.request(kGateway, ++world.last_id, "mail.send");
  CHECK(world.answer_all(kOne) == 0);
  world.answer_all(kTwo);
  for (int i = 0; i < 8; ++i) world.request(kGateway, ++world.last_id, "mail.send");
  CHECK(world.heard(kOne).empty());
  world.answer_all(kTwo);
  world.now += Health::kPauseMinMicros;
  // The probe is due: one of many goes there, and its good answer lets the others in.
  for (int i = 0; i < 9; ++i) world.request(kGateway, ++world.last_id, "mail.send");
  CHECK(world.answer_all(kOne) == 1);
  world.answer_all(kTwo);
  CHECK(world.notes.back() == "breaker_closed");
  CHECK(burst(Code::ok) > 1);
}

TEST_CASE("the last worker of a service is never ejected", "[broker]") {
  World world;
  world.join(kOne, "user", {World::claim("mail", 8)});
  world.join(kGateway, "gateway");
  for (uint64_t id = 1; id <= 60; ++id) {
    world.now += 1000;
    world.request(kGateway, id, "mail.send");
    REQUIRE(world.answer_all(kOne, Code::internal) == 1);
  }
  CHECK(world.core->counters().breakers_opened == 1);
  world.heard(kGateway);
  // And when the other one leaves, the one that was ejected is the last.
  Mail pair;
  while (pair.core->counters().breakers_opened == 0) {
    for (int i = 0; i < 16; ++i) pair.request(kGateway, ++pair.last_id, "mail.send");
    pair.now += 1000;
    pair.answer_all(kOne, Code::internal);
    pair.answer_all(kTwo);
  }
  pair.say(kTwo, World::frame(Command::disconnect));
  pair.request(kGateway, ++pair.last_id, "mail.send");
  CHECK(pair.answer_all(kOne) == 1);
}

TEST_CASE("a version whose breakers are all open is refused as circuit_open", "[broker]") {
  Mail world;
  uint64_t id = 0;
  while (world.core->counters().breakers_opened == 0) {
    world.now += 1000;
    world.say(kGateway, World::aimed_frame(++id, "mail.send", 0, "1.0.0"));
    REQUIRE(world.answer_all(kOne, Code::internal) == 1);
  }
  world.heard(kGateway);
  world.say(kGateway, World::aimed_frame(++id, "mail.send", 0, "1.0.0"));
  CHECK(refusal(world) == Code::circuit_open);
  world.request(kGateway, ++id, "mail.send");
  CHECK(world.answer_all(kTwo) == 1);
}

TEST_CASE("a pinned request goes to its version only", "[broker]") {
  Mail world;
  for (uint64_t id = 1; id <= 8; ++id) {
    world.say(kGateway, World::aimed_frame(id, "mail.send", 0, "1.1.*"));
  }
  CHECK(world.heard(kTwo).size() == 8);
  CHECK(world.heard(kOne).empty());
  world.say(kGateway, World::aimed_frame(9, "mail.send", 0, "1.1"));
  CHECK(refusal(world) == Code::version);
  world.say(kGateway, World::aimed_frame(10, "mail.send", 0, "2.*"));
  CHECK(refusal(world) == Code::version);
}

TEST_CASE("a pinned request that waits holds up nobody who wants another version", "[broker]") {
  Mail world;
  for (uint64_t id = 1; id <= 9; ++id) {
    world.say(kGateway, World::aimed_frame(id, "mail.send", 0, "1.1.0"));
  }
  CHECK(world.heard(kTwo).size() == 8);
  world.request(kGateway, 10, "mail.send");
  CHECK(world.heard(kOne).size() == 1);
  world.say(kTwo, World::frame(Command::disconnect));
  const auto frames = world.heard(kGateway);
  REQUIRE(frames.size() == 9);  // Eight were at the lost worker.
  size_t unserved = 0;
  for (const auto& each : frames) unserved += each.code() == Code::version;
  CHECK(unserved == 1);
}

TEST_CASE("a request goes to the owner of its shard, without one to anybody", "[broker]") {
  Shards world;
  world.sent.clear();
  world.say(kGateway, World::aimed_frame(1, "ticket.order", 999));
  CHECK(world.heard(kOne).size() == 1);
  world.say(kGateway, World::aimed_frame(2, "ticket.order", 1000));
  world.say(kGateway, World::aimed_frame(3, "ticket.order", UINT32_MAX));
  CHECK(world.heard(kTwo).size() == 2);
  world.request(kGateway, 4, "ticket.order");
  CHECK(world.heard(kOne).size() + world.heard(kTwo).size() == 1);
  world.say(kTwo, World::frame(Command::disconnect));
  world.heard(kGateway);
  world.say(kGateway, World::aimed_frame(5, "ticket.order", 1000));
  CHECK(refusal(world) == Code::no_service);
}

TEST_CASE("a busy shard holds up no other", "[broker]") {
  Shards world;
  world.say(kOne, World::frame(Command::credit, 0, encode(Credit{"ticket", 0})));
  world.sent.clear();
  world.say(kGateway, World::aimed_frame(1, "ticket.order", 5));
  world.say(kGateway, World::aimed_frame(2, "ticket.order", 5000));
  CHECK(world.heard(kTwo).size() == 1);
  world.say(kOne, World::frame(Command::disconnect));
  CHECK(refusal(world) == Code::no_service);
}

TEST_CASE("owners of disjoint shards stand side by side, overlapping ones are fenced", "[broker]") {
  Shards world;
  CHECK(world.core->peers() == 3);
  world.sent.clear();
  auto claim = World::owner("ticket", std::string(16, 'c'));
  SECTION("the same epoch is refused") {
    claim.shards = ShardRange{900, 950};
    world.join(kThree, "ticket", {claim});
    CHECK(world.heard(kThree).back().code() == Code::fenced);
    CHECK(world.heard(kOne).empty());
  }
  SECTION("a higher epoch takes over whom it overlaps") {
    claim.shards = ShardRange{900, 950};
    claim.epoch = 2;
    world.join(kThree, "ticket", {claim});
    CHECK(world.heard(kOne).back().code() == Code::fenced);
    CHECK(world.heard(kTwo).empty());
    world.heard(kThree);
    world.say(kGateway, World::aimed_frame(1, "ticket.order", 920));
    CHECK(world.heard(kThree).size() == 1);
    world.say(kGateway, World::aimed_frame(2, "ticket.order", 5));
    CHECK(refusal(world) == Code::no_service);
  }
  SECTION("a range that ends before it begins is refused") {
    claim.shards = ShardRange{10, 9};
    world.join(kThree, "ticket", {claim});
    CHECK(world.heard(kThree).back().code() == Code::bad_frame);
  }
}

TEST_CASE("a queue that stands sheds early, bulk first, and never what is critical", "[broker]") {
  World world;
  world.join(kOne, "user", {World::claim("mail", 0)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.request(kGateway, 1, "mail.send", 2000, class_flags(Class::critical));
  world.request(kGateway, 2, "mail.send");
  world.live_ms(150);
  world.request(kGateway, 3, "mail.send", 2000, class_flags(Class::bulk));
  CHECK(world.heard(kGateway).empty());  // A burst may wait.
  world.live_ms(100);
  const auto frames = world.heard(kGateway);
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].frame().header.id == 3);
  CHECK(frames[1].frame().header.id == 2);
  for (const auto& each : frames) {
    CHECK(each.code() == Code::no_capacity);
    CHECK(error_of(each.frame()).retry_after_ms > 0);
  }
  CHECK(world.core->counters().shed == 2);
  world.live_ms(240);
  CHECK(world.heard(kGateway).empty());
  world.live_ms(15);
  CHECK(refusal(world) == Code::no_capacity);  // Its own wait is over.
}

TEST_CASE("under twice the load critical requests hardly wait and the rest hears early",
          "[broker]") {
  World world;
  world.join(kOne, "user", {World::claim("mail", 1)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  std::map<uint64_t, SteadyMicros> asked;
  SteadyMicros longest_shed = 0, longest_critical = 0;
  size_t done = 0, shed = 0;
  for (uint64_t id = 1; id <= 4000; ++id) {
    // 1000 requests a second, one of ten critical; the worker answers 500.
    const bool is_critical = id % 10 == 0;
    asked[id] = world.now;
    world.request(kGateway, id, "mail.send", 2000,
                  class_flags(is_critical ? Class::critical : Class::normal));
    world.live_ms(1);
    if (id % 2 == 0) world.answer_all(kOne);
    if (id % 100 == 0) world.say(kOne, World::frame(Command::heartbeat));
    for (const auto& each : world.heard(kGateway)) {
      const auto number = each.frame().header.id;
      auto& longest = number % 10 == 0 ? longest_critical : longest_shed;
      if (each.command() == Command::error && id > 1000) {
        longest_shed = std::max(longest_shed, world.now - asked[number]);
        ++shed;
        CHECK(number % 10 != 0);
        CHECK(error_of(each.frame()).retry_after_ms < 1000);
      }
      if (number % 10 == 0) longest = std::max(longest, world.now - asked[number]);
      done += each.command() == Command::reply;
    }
  }
  CHECK(done > 1900);
  CHECK(shed > 1000);
  CHECK(longest_critical < 50'000);
  CHECK(longest_shed <= 130'000);
  CHECK(world.core->waiting() < 150);
}

TEST_CASE("a principal's own limits hold, and say when to come back", "[broker]") {
  World world;
  auto rules = World::rules();
  rules[2].inflight_max = 2;
  rules[2].requests_per_second = 5;
  world.core->set_access(world.now, rules);
  world.join(kOne, "user", {World::claim("mail", 64)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  for (uint64_t id = 1; id <= 3; ++id) world.request(kGateway, id, "mail.send");
  CHECK(refusal(world) == Code::rate_limited);
  world.answer_all(kOne);
  world.heard(kGateway);
  for (uint64_t id = 4; id <= 9; ++id) {
    world.request(kGateway, id, "mail.send");
    world.answer_all(kOne);
  }
  const auto frames = world.heard(kGateway);
  CHECK(frames[2].command() == Command::reply);
  REQUIRE(frames[3].command() == Command::error);
  CHECK(frames[3].code() == Code::rate_limited);
  CHECK(error_of(frames[3].frame()).retry_after_ms == 200);
  CHECK(world.core->counters().rate_limited == 4);
  world.pass_ms(200);
  world.request(kGateway, 10, "mail.send");
  CHECK(world.heard(kOne).size() == 1);
}

TEST_CASE("a piece of an answer passes to the client and ends nothing", "[broker]") {
  World world;
  world.join(kOne, "user", {World::claim("mail", 1)});
  world.join(kTwo, "user", {World::claim("user", 1)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.request(kGateway, 7, "mail.send", 1000, flag::kIdempotent);
  world.request(kGateway, 8, "mail.send", 1000);
  const auto token = world.heard(kOne).at(0).frame().header.id;
  world.say(kOne, World::frame(Command::partial, token, "piece"));
  const auto pieces = world.heard(kGateway);
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0].command() == Command::partial);
  CHECK(pieces[0].frame().header.id == 7);
  CHECK(pieces[0].frame().header.principal == 11);
  CHECK(pieces[0].frame().body == "piece");
  CHECK(world.heard(kOne).empty());  // No credit came back.
  world.say(kTwo, World::frame(Command::partial, token, "forged"));
  CHECK(world.heard(kGateway).empty());
  CHECK(world.core->counters().answers_unclaimed == 1);
  SECTION("the budget is what it was") {
    world.live_ms(600);
    world.say(kOne, World::frame(Command::partial, token, "piece"));
    world.heard(kGateway);
    world.live_ms(405);
    CHECK(refusal(world) == Code::deadline_inflight);
    world.heard(kOne);
    world.say(kOne, World::frame(Command::partial, token, "late"));
    CHECK(world.heard(kGateway).empty());
  }
  SECTION("its request is not run again at another worker") {
    world.join(kThree, "user", {World::claim("mail", 1)});
    world.heard(kThree);
    world.gone = {kOne};
    world.live_ms(251);
    const auto frames = world.heard(kGateway);
    REQUIRE_FALSE(frames.empty());
    CHECK(frames[0].code() == Code::worker_lost);
  }
  SECTION("a CANCEL of the client reaches the worker") {
    world.say(kGateway, World::frame(Command::cancel, 7));
    CHECK(refusal(world) == Code::cancelled);
    const auto frames = world.heard(kOne);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].command() == Command::cancel);
    CHECK(frames[0].frame().header.id == token);
  }
}
