// Requests and answers: what is forwarded how, what is refused why, and when time is up.
#include <catch2/catch.hpp>

#include "common/wire/mesh_admin.h"
#include "tests/unit/broker/world.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

constexpr PeerId kGateway = 1, kTicket = 2, kOther = 3;

uint16_t class_flags(Class value) {
  Header header;
  header.set_class(value);
  return header.flags;
}

// The worker's next REQUEST; its token.
uint64_t take(World& world, PeerId worker) {
  const auto frames = world.heard(worker);
  REQUIRE(frames.size() == 1);
  REQUIRE(frames[0].command() == Command::request);
  return frames[0].frame().header.id;
}

Code refusal(World& world, PeerId client, uint64_t id) {
  const auto frames = world.heard(client);
  REQUIRE(frames.size() == 1);
  REQUIRE(frames[0].command() == Command::error);
  CHECK(frames[0].frame().header.id == id);
  return frames[0].code();
}

struct Pair : World {
  explicit Pair(uint32_t credit = 4, CoreOptions with = {}) : World(std::move(with)) {
    join(kTicket, "ticket", {claim("ticket", credit)});
    join(kGateway, "gateway");
    sent.clear();
  }
};

}  // namespace

TEST_CASE("a forwarded request carries token, principal and what is left of its time", "[broker]") {
  Pair world;
  auto frame = World::request_frame(7, "ticket.order", 2000);
  patch_principal(frame.data(), 99);  // What it says of itself does not count.
  world.say(kGateway, frame);
  const auto frames = world.heard(kTicket);
  REQUIRE(frames.size() == 1);
  const auto request = frames[0].frame();
  CHECK(request.header.command == Command::request);
  CHECK(request.header.principal == 20);
  CHECK(request.header.ttl_ms == 2000);
  CHECK(request.header.id != 7);
  CHECK(request.name == "ticket.order");
  CHECK(request.body == "body");
}

TEST_CASE("time spent in the queue is taken off the budget", "[broker]") {
  Pair world(1);
  world.request(kGateway, 1, "ticket.order");
  world.request(kGateway, 2, "ticket.order", 2000);
  const auto first = take(world, kTicket);
  world.pass_ms(300);
  world.say(kTicket, World::frame(Command::reply, first));
  const auto frames = world.heard(kTicket);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].frame().header.ttl_ms == 1700);
}

TEST_CASE("an answer reaches its client under the client's own id, once", "[broker]") {
  Pair world;
  world.request(kGateway, 7, "ticket.order");
  const auto token = take(world, kTicket);
  world.say(kTicket, World::frame(Command::reply, token, "answer"));
  const auto frames = world.heard(kGateway);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].command() == Command::reply);
  CHECK(frames[0].frame().header.id == 7);
  CHECK(frames[0].frame().header.principal == 13);
  CHECK(frames[0].frame().body == "answer");
  world.say(kTicket, World::frame(Command::reply, token, "again"));
  CHECK(world.heard(kGateway).empty());
  CHECK(world.core->counters().answers_unclaimed == 1);
  CHECK(world.core->slots_used() == 0);
}

TEST_CASE("an answer is taken only from the worker that holds the request", "[broker]") {
  Pair world;
  world.join(kOther, "user", {World::claim("user", 4)});
  world.request(kGateway, 7, "ticket.order");
  const auto token = take(world, kTicket);
  world.heard(kGateway);
  world.say(kOther, World::frame(Command::reply, token, "forged"));
  world.say(kGateway, World::frame(Command::error, token));
  world.say(kTicket, World::frame(Command::reply, token + 1, "guessed"));
  CHECK(world.heard(kGateway).empty());
  CHECK(world.core->counters().answers_unclaimed == 3);
  world.say(kTicket, World::frame(Command::reply, token, "true"));
  CHECK(world.heard(kGateway).size() == 1);
}

TEST_CASE("a service that nobody serves is refused at once", "[broker]") {
  Pair world;
  world.request(kGateway, 7, "user.login");
  CHECK(refusal(world, kGateway, 7) == Code::no_service);
}

TEST_CASE("a call that access.toml does not grant is denied", "[broker]") {
  Pair world;
  world.join(kOther, "user", {World::claim("user", 4)});
  world.heard(kOther);
  world.request(kOther, 7, "ticket.order");
  CHECK(refusal(world, kOther, 7) == Code::denied);
  CHECK(world.heard(kTicket).empty());
  CHECK(world.core->counters().denied == 1);
}

TEST_CASE("a request without time left is not forwarded", "[broker]") {
  Pair world;
  world.request(kGateway, 7, "ticket.order", 0);
  CHECK(refusal(world, kGateway, 7) == Code::deadline_queued);
  CHECK(world.heard(kTicket).empty());
}

TEST_CASE("a budget that ends at the worker says so, cancels, and keeps the credit", "[broker]") {
  Pair world(1);
  world.request(kGateway, 7, "ticket.order", 100);
  const auto token = take(world, kTicket);
  world.live_ms(110);
  CHECK(refusal(world, kGateway, 7) == Code::deadline_inflight);
  const auto frames = world.heard(kTicket);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].command() == Command::cancel);
  CHECK(frames[0].frame().header.id == token);
  world.request(kGateway, 8, "ticket.order");
  CHECK(world.heard(kTicket).empty());  // The worker is still busy with the first.
  world.say(kTicket, World::frame(Command::reply, token));
  take(world, kTicket);
  CHECK(world.heard(kGateway).empty());  // The late answer went nowhere.
}

TEST_CASE("a worker that never answers gets its credit back after a grace", "[broker]") {
  Pair world(1);
  world.request(kGateway, 7, "ticket.order", 100);
  take(world, kTicket);
  for (int i = 0; i < 105; ++i) {
    world.live_ms(100);
    world.say(kTicket, World::frame(Command::heartbeat));
    world.say(kGateway, World::frame(Command::heartbeat));
  }
  CHECK(world.core->slots_used() == 0);
  world.heard(kTicket);
  world.request(kGateway, 8, "ticket.order");
  take(world, kTicket);
}

TEST_CASE("credit is a window that the worker sets absolutely", "[broker]") {
  Pair world(2);
  for (uint64_t id = 1; id <= 4; ++id) world.request(kGateway, id, "ticket.order");
  CHECK(world.heard(kTicket).size() == 2);
  Credit credit{"ticket", 3};
  world.say(kTicket, World::frame(Command::credit, 0, encode(credit)));
  CHECK(world.heard(kTicket).size() == 1);
  world.say(kTicket, World::frame(Command::credit, 0, encode(credit)));
  CHECK(world.heard(kTicket).empty());
}

TEST_CASE("a full queue refuses with advice, and bulk makes way for what is urgent", "[broker]") {
  CoreOptions options;
  options.queue_max = 2;
  Pair world(0, options);
  world.request(kGateway, 1, "ticket.order", 2000, class_flags(Class::bulk));
  world.request(kGateway, 2, "ticket.order");
  world.request(kGateway, 3, "ticket.order");
  CHECK(refusal(world, kGateway, 1) == Code::no_capacity);
  world.request(kGateway, 4, "ticket.order");
  const auto frames = world.heard(kGateway);
  REQUIRE(frames.size() == 1);
  CHECK(error_of(frames[0].frame()).retry_after_ms > 0);
  world.request(kGateway, 5, "ticket.scan", 2000, class_flags(Class::critical));
  CHECK(refusal(world, kGateway, 3) == Code::no_capacity);
  Credit credit{"ticket", 2};
  world.say(kTicket, World::frame(Command::credit, 0, encode(credit)));
  const auto forwarded = world.heard(kTicket);
  REQUIRE(forwarded.size() == 2);
  CHECK(forwarded[0].frame().name == "ticket.scan");  // The critical one went first.
}

TEST_CASE("a request waits for a worker no longer than the limit or its budget", "[broker]") {
  Pair world(0);
  // A critical one: others would be shed from a queue that stands.
  world.request(kGateway, 1, "ticket.order", 2000, class_flags(Class::critical));
  world.request(kGateway, 2, "ticket.order", 200);
  world.live_ms(210);
  CHECK(refusal(world, kGateway, 2) == Code::deadline_queued);
  world.live_ms(285);
  CHECK(world.heard(kGateway).empty());
  world.live_ms(10);
  CHECK(refusal(world, kGateway, 1) == Code::no_capacity);
}

TEST_CASE("one principal cannot fill the table", "[broker]") {
  CoreOptions options;
  options.inflight_per_principal = 2;
  Pair world(8, options);
  for (uint64_t id = 1; id <= 3; ++id) world.request(kGateway, id, "ticket.order");
  CHECK(refusal(world, kGateway, 3) == Code::rate_limited);
  const auto frames = world.heard(kTicket);
  REQUIRE(frames.size() == 2);
  world.say(kTicket, World::frame(Command::reply, frames[0].frame().header.id));
  world.heard(kGateway);
  world.request(kGateway, 4, "ticket.order");
  CHECK(world.heard(kTicket).size() == 1);
}

// The table grows by 1024 slots, so that is the smallest.
TEST_CASE("a full table refuses the next request, and an answer makes room for one", "[broker]") {
  constexpr uint32_t kAll = 1024;
  CoreOptions options;
  options.inflight_max = kAll;
  options.inflight_per_principal = 2 * kAll;
  Pair world(2 * kAll, options);
  for (uint64_t id = 1; id <= kAll; ++id) world.request(kGateway, id, "ticket.order");
  const auto taken = world.heard(kTicket);
  REQUIRE(taken.size() == kAll);
  CHECK(world.core->slots_used() == kAll);
  world.request(kGateway, kAll + 1, "ticket.order");
  CHECK(refusal(world, kGateway, kAll + 1) == Code::no_capacity);
  CHECK(world.heard(kTicket).empty());
  CHECK(world.core->waiting() == kAll);

  const auto old_token = taken[7].frame().header.id;
  world.say(kTicket, World::frame(Command::reply, old_token));
  CHECK(world.heard(kGateway).size() == 1);
  world.request(kGateway, kAll + 2, "ticket.order");
  const auto new_token = take(world, kTicket);
  CHECK(new_token >> 32 == old_token >> 32);  // The same slot, under another name.
  CHECK(new_token != old_token);
  world.request(kGateway, kAll + 3, "ticket.order");
  CHECK(refusal(world, kGateway, kAll + 3) == Code::no_capacity);
  world.say(kTicket, World::frame(Command::reply, old_token, "late"));
  CHECK(world.heard(kGateway).empty());
  CHECK(world.core->counters().answers_unclaimed == 1);
  world.say(kTicket, World::frame(Command::reply, new_token, "true"));
  const auto answers = world.heard(kGateway);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].frame().header.id == kAll + 2);
  CHECK(answers[0].frame().body == "true");
}

TEST_CASE("the least loaded worker gets the request, by weight", "[broker]") {
  World world;
  world.join(kTicket, "user", {World::claim("mail", 100, 1)});
  world.join(kOther, "user", {World::claim("mail", 100, 3)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  for (uint64_t id = 0; id < 40; ++id) world.request(kGateway, id, "mail.send");
  CHECK(world.heard(kTicket).size() == 10);
  CHECK(world.heard(kOther).size() == 30);
}

TEST_CASE("a worker whose pipe is full is passed over, and tried again soon", "[broker]") {
  World world;
  world.join(kTicket, "user", {World::claim("mail", 8)});
  world.join(kOther, "user", {World::claim("mail", 8)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.full = {kTicket};
  for (uint64_t id = 0; id < 4; ++id) world.request(kGateway, id, "mail.send");
  CHECK(world.heard(kOther).size() == 4);
  world.full = {kTicket, kOther};
  world.request(kGateway, 9, "mail.send");
  CHECK(world.core->next_due() <= world.now + 1000);
  world.full.clear();
  world.live_ms(1);
  CHECK(world.heard(kTicket).size() + world.heard(kOther).size() == 1);
}

TEST_CASE("a cancelled request ends for its client and tells its worker", "[broker]") {
  Pair world(1);
  world.request(kGateway, 7, "ticket.order");
  world.request(kGateway, 8, "ticket.order");
  const auto token = take(world, kTicket);
  world.say(kGateway, World::frame(Command::cancel, 8));
  CHECK(refusal(world, kGateway, 8) == Code::cancelled);
  CHECK(world.heard(kTicket).empty());
  world.say(kGateway, World::frame(Command::cancel, 7));
  CHECK(refusal(world, kGateway, 7) == Code::cancelled);
  const auto frames = world.heard(kTicket);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].command() == Command::cancel);
  CHECK(frames[0].frame().header.id == token);
}

TEST_CASE("a oneway request is delivered and nobody is answered", "[broker]") {
  Pair world(1);
  world.request(kGateway, 7, "ticket.order", 2000, flag::kOneway);
  const auto token = take(world, kTicket);
  world.say(kTicket, World::frame(Command::reply, token));
  world.request(kGateway, 8, "user.login", 2000, flag::kOneway);
  CHECK(world.heard(kGateway).empty());
  CHECK(world.core->slots_used() == 0);
}

TEST_CASE("the broker answers for itself, and shows its counters to operators only", "[broker]") {
  CoreOptions options;
  options.name = "here";
  Pair world(4, options);
  world.join(kOther, "ops");
  world.sent.clear();
  world.request(kGateway, 1, "$mesh.ping");
  world.request(kGateway, 2, "$mesh.info");
  world.request(kGateway, 3, "$mesh.services");
  const auto answers = world.heard(kGateway);
  REQUIRE(answers.size() == 3);
  for (uint64_t id = 1; id <= 3; ++id) {
    CHECK(answers[id - 1].command() == Command::reply);
    CHECK(answers[id - 1].frame().header.id == id);
  }
  const auto info = decode<mesh::Info>(answers[1].frame().body);
  REQUIRE(info);
  CHECK(info->name == "here");
  CHECK(info->peers == 3);
  CHECK(info->inflight == 0);
  CHECK_FALSE(info->draining);
  world.request(kGateway, 4, "$mesh.stats");
  CHECK(refusal(world, kGateway, 4) == Code::denied);
  world.request(kOther, 5, "$mesh.stats");
  CHECK(world.heard(kOther).at(0).command() == Command::reply);
  world.request(kOther, 6, "$mesh.nonsense");
  CHECK(refusal(world, kOther, 6) == Code::no_service);
}
