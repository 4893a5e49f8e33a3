// Peers: who may join and serve, how one is lost, and what becomes of what it held.
#include <catch2/catch.hpp>

#include "common/wire/mesh_admin.h"
#include "tests/unit/broker/world.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

constexpr PeerId kGateway = 1, kTicket = 2, kOther = 3;
const std::string kFolder(16, 'a'), kOtherFolder(16, 'b');

// The last frame the peer got must be a DISCONNECT; why.
Code parted(World& world, PeerId peer) {
  const auto frames = world.heard(peer);
  REQUIRE_FALSE(frames.empty());
  REQUIRE(frames.back().command() == Command::disconnect);
  return frames.back().code();
}

bool is_welcome(World& world, PeerId peer) {
  const auto frames = world.heard(peer);
  return frames.size() == 1 && frames[0].command() == Command::welcome;
}

Code error_to(World& world, PeerId client) {
  const auto frames = world.heard(client);
  REQUIRE(frames.size() == 1);
  REQUIRE(frames[0].command() == Command::error);
  return frames[0].code();
}

}  // namespace

TEST_CASE("whoever speaks before READY is told to begin again", "[broker]") {
  World world;
  world.principals[kGateway] = "gateway";
  world.request(kGateway, 1, "ticket.order");
  CHECK(parted(world, kGateway) == Code::unknown_peer);
  world.say(kGateway, "noise");
  CHECK(parted(world, kGateway) == Code::unknown_peer);
  CHECK(world.core->counters().strangers == 2);
}

TEST_CASE("WELCOME tells version, number and the shorter heartbeat", "[broker]") {
  World world;
  world.principals[kGateway] = "gateway";
  Ready ready;
  ready.version_max = 7;
  ready.heartbeat_ms = 200;
  world.say(kGateway, World::ready_frame(ready));
  const auto frames = world.heard(kGateway);
  REQUIRE(frames.size() == 1);
  const auto welcome = decode<Welcome>(frames[0].frame().body);
  REQUIRE(welcome);
  CHECK(welcome->version == 1);
  CHECK(welcome->principal == 20);
  CHECK(welcome->heartbeat_ms == 200);
  CHECK(welcome->frame_max == kFrameMax);
}

TEST_CASE("a READY that cannot be met is refused for its reason", "[broker]") {
  World world;
  world.principals[kGateway] = "gateway";
  Ready ready;
  auto expected = Code::ok;
  SECTION("a newer protocol only") {
    ready.version_min = ready.version_max = 2;
    expected = Code::version;
  }
  SECTION("a broker that access.toml does not grant to be one") {
    ready.role = PeerRole::broker;
    expected = Code::denied;
  }
  SECTION("a client with services") {
    ready.services = {World::claim("ticket", 1)};
    expected = Code::bad_frame;
  }
  SECTION("a service that access.toml does not grant") {
    ready.role = PeerRole::worker;
    ready.services = {World::claim("ticket", 1)};
    expected = Code::denied;
  }
  SECTION("a principal that access.toml does not name") {
    world.principals[kGateway] = "nobody";
    expected = Code::denied;
  }
  world.say(kGateway, World::ready_frame(ready));
  CHECK(parted(world, kGateway) == expected);
  CHECK(world.core->peers() == 0);
}

TEST_CASE("a second owner is refused while the first one lives", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  world.heard(kTicket);
  world.join(kOther, "ticket", {World::owner("ticket", kOtherFolder)}, 9);
  CHECK(parted(world, kOther) == Code::fenced);
  CHECK(world.core->counters().fenced == 1);
  CHECK(world.core->peers() == 1);
}

TEST_CASE("the successor of a killed owner is served at once", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  world.gone = {kTicket};
  world.join(kOther, "ticket", {World::owner("ticket", kOtherFolder)});
  CHECK(is_welcome(world, kOther));
  CHECK(world.core->peers() == 1);
}

TEST_CASE("the same data folder opened later takes over, opened earlier does not", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::owner("ticket", kFolder)}, 5);
  world.heard(kTicket);
  world.join(kOther, "ticket", {World::owner("ticket", kFolder)}, 4);
  CHECK(parted(world, kOther) == Code::fenced);
  world.join(kOther, "ticket", {World::owner("ticket", kFolder)}, 6);
  CHECK(is_welcome(world, kOther));
  CHECK(parted(world, kTicket) == Code::fenced);
}

TEST_CASE("an operator's higher epoch takes over, a lower one is refused", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::owner("ticket", kFolder, 2)}, 5);
  world.heard(kTicket);
  world.join(kOther, "ticket", {World::owner("ticket", kFolder, 1)}, 6);
  CHECK(parted(world, kOther) == Code::fenced);
  world.join(kOther, "ticket", {World::owner("ticket", kOtherFolder, 3)}, 1);
  CHECK(is_welcome(world, kOther));
  CHECK(parted(world, kTicket) == Code::fenced);
}

TEST_CASE("a killed worker's requests end at the next probe, not at their deadline", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::claim("ticket", 8)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.request(kGateway, 7, "ticket.order", 60'000);
  world.gone = {kTicket};
  world.live_ms(251);
  CHECK(error_to(world, kGateway) == Code::worker_lost);
  CHECK(world.core->slots_used() == 0);
  world.request(kGateway, 8, "ticket.order");
  CHECK(error_to(world, kGateway) == Code::no_service);
}

TEST_CASE("a frozen worker is given up after three silent intervals", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::claim("ticket", 8)});
  world.join(kGateway, "gateway");
  world.request(kGateway, 7, "ticket.order", 60'000);
  world.sent.clear();
  for (int i = 0; i < 29; ++i) {
    world.live_ms(100);
    world.say(kGateway, World::frame(Command::heartbeat));
  }
  CHECK(world.heard(kGateway).empty());
  world.live_ms(101);
  CHECK(error_to(world, kGateway) == Code::worker_lost);
  CHECK(parted(world, kTicket) == Code::unknown_peer);
}

TEST_CASE("a broker that did not run itself gives nobody up for silence", "[broker]") {
  World world;
  world.core->wake(world.now);
  world.join(kTicket, "ticket", {World::claim("ticket", 8)});
  world.sent.clear();
  world.now += 2'900'000;
  world.core->wake(world.now);
  world.pass_ms(2'000);
  CHECK(world.core->peers() == 1);
}

TEST_CASE("what came while a broker did not run for too long is of strangers", "[broker]") {
  World world;
  world.core->wake(world.now);
  world.join(kTicket, "ticket", {World::claim("ticket", 8)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.now += 30'000'000;
  world.core->wake(world.now);
  CHECK(parted(world, kTicket) == Code::unknown_peer);
  world.request(kGateway, 7, "ticket.order");
  CHECK(parted(world, kGateway) == Code::unknown_peer);
  CHECK(world.heard(kTicket).empty());
  CHECK(world.core->peers() == 0);

  world.join(kTicket, "ticket", {World::claim("ticket", 8)});
  world.join(kGateway, "gateway");
  world.heard(kTicket);
  world.request(kGateway, 8, "ticket.order");
  CHECK(world.heard(kTicket).size() == 1);
}

TEST_CASE("an idempotent request of a lost worker runs once more at another", "[broker]") {
  World world;
  world.join(kTicket, "user", {World::claim("mail", 8)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.request(kGateway, 7, "mail.send", 60'000, flag::kIdempotent);
  const auto first = world.heard(kTicket);
  REQUIRE(first.size() == 1);
  world.join(kOther, "user", {World::claim("mail", 8)});
  world.heard(kOther);
  world.gone = {kTicket};
  world.live_ms(251);
  const auto again = world.heard(kOther);
  REQUIRE(again.size() == 1);
  const auto request = again[0].frame();
  CHECK(request.header.flags == (flag::kIdempotent | 1 << 8));
  CHECK(request.header.ttl_ms < 60'000);
  CHECK(request.body == "body");
  CHECK(world.heard(kGateway).empty());
  world.gone = {kTicket, kOther};
  world.live_ms(251);
  CHECK(error_to(world, kGateway) == Code::worker_lost);  // Once more, not twice.
}

TEST_CASE("what was sent to a worker that is lost is never said not to have run", "[broker]") {
  World world;
  world.join(kTicket, "user", {World::claim("mail", 8)});
  world.join(kGateway, "gateway");
  world.request(kGateway, 7, "mail.send", 60'000, flag::kIdempotent);
  world.join(kOther, "user", {World::claim("mail", 8)});
  world.gone = {kTicket};
  world.live_ms(251);
  world.heard(kGateway);
  const auto again = world.heard(kOther);
  REQUIRE_FALSE(again.empty());
  const auto id = again.back().frame().header.id;
  world.say(kOther, build_error(id, {Code::unavailable, "unavailable", "no space"}));
  CHECK(error_to(world, kGateway) == Code::worker_lost);
}

TEST_CASE("a request whose worker vanished before the send goes to another", "[broker]") {
  World world;
  world.join(kTicket, "user", {World::claim("mail", 8)});
  world.join(kOther, "user", {World::claim("mail", 8)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.gone = {kTicket};
  for (uint64_t id = 0; id < 4; ++id) world.request(kGateway, id, "mail.send");
  CHECK(world.heard(kOther).size() == 4);
  CHECK(world.heard(kGateway).empty());
}

TEST_CASE("a client that leaves frees its place, and its worker is told", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::claim("ticket", 1)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.request(kGateway, 1, "ticket.order");
  world.request(kGateway, 2, "ticket.order");
  world.heard(kTicket);
  world.say(kGateway, World::frame(Command::disconnect));
  const auto frames = world.heard(kTicket);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].command() == Command::cancel);
  CHECK(world.core->waiting() == 0);
  CHECK(world.core->slots_used() == 1);
  world.say(kTicket, World::frame(Command::reply, frames[0].frame().header.id));
  CHECK(world.core->slots_used() == 0);
}

TEST_CASE("a third malformed frame in ten seconds ends the connection", "[broker]") {
  World world;
  world.join(kGateway, "gateway");
  world.heard(kGateway);
  world.say(kGateway, "noise");
  CHECK(error_to(world, kGateway) == Code::bad_frame);
  world.say(kGateway, World::frame(Command::welcome));
  CHECK(error_to(world, kGateway) == Code::bad_frame);
  world.say(kGateway, World::frame(Command::credit, 0, "not a map"));
  CHECK(parted(world, kGateway) == Code::bad_frame);
  CHECK(world.core->counters().bad_frame_alarms == 1);
  world.join(kGateway, "gateway");
  for (int i = 0; i < 5; ++i) {
    world.say(kGateway, "noise");
    for (int second = 0; second < 6; ++second) {
      world.live_ms(1000);
      world.say(kGateway, World::frame(Command::heartbeat));
    }
  }
  CHECK(world.core->peers() == 1);
}

TEST_CASE("a second frame in one message ends the connection", "[broker]") {
  World world;
  world.join(kGateway, "gateway");
  world.say(kGateway, World::frame(Command::heartbeat), true);
  CHECK(parted(world, kGateway) == Code::bad_frame);
  CHECK(world.core->peers() == 0);
}

TEST_CASE("a draining worker finishes what it has and gets nothing new", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::claim("ticket", 1)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.request(kGateway, 1, "ticket.order");
  world.request(kGateway, 2, "ticket.order");
  const auto token = world.heard(kTicket).at(0).frame().header.id;
  world.say(kTicket, World::frame(Command::drain));
  CHECK(error_to(world, kGateway) == Code::draining);
  world.request(kGateway, 3, "ticket.order");
  CHECK(error_to(world, kGateway) == Code::draining);
  world.say(kTicket, World::frame(Command::reply, token));
  CHECK(world.heard(kGateway).at(0).command() == Command::reply);
  CHECK(world.heard(kTicket).empty());
}

TEST_CASE("a repeated READY replaces the claims and keeps what is in flight", "[broker]") {
  World world;
  world.join(kTicket, "user", {World::claim("mail", 4), World::claim("user", 4)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.request(kGateway, 1, "mail.send");
  const auto token = world.heard(kTicket).at(0).frame().header.id;
  world.join(kTicket, "user", {World::claim("user", 4)});
  world.request(kGateway, 2, "mail.send");
  CHECK(error_to(world, kGateway) == Code::no_service);
  world.say(kTicket, World::frame(Command::reply, token));
  CHECK(world.heard(kGateway).at(0).command() == Command::reply);
}

TEST_CASE("who loses a right that it uses is parted with at the reload", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::claim("ticket", 4)});
  world.join(kGateway, "gateway");
  world.join(kOther, "user", {World::claim("user", 4)});
  world.sent.clear();
  world.core->set_access(
      world.now, {World::rule("ticket", 13, {}, {}), World::rule("user", 11, {"user"}, {})});
  CHECK(parted(world, kTicket) == Code::denied);
  CHECK(parted(world, kGateway) == Code::denied);
  CHECK(world.heard(kOther).empty());
}

TEST_CASE("a stopping broker refuses new work, waits for the old, and parts in order", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::claim("ticket", 4)});
  world.join(kGateway, "gateway");
  world.sent.clear();
  world.request(kGateway, 1, "ticket.order");
  const auto token = world.heard(kTicket).at(0).frame().header.id;
  world.core->drain(world.now);
  CHECK(world.heard(kTicket).at(0).command() == Command::drain);
  CHECK(world.heard(kGateway).at(0).command() == Command::drain);
  CHECK_FALSE(world.core->is_drained());
  world.request(kGateway, 2, "ticket.order");
  CHECK(error_to(world, kGateway) == Code::draining);
  world.say(kTicket, World::frame(Command::reply, token));
  CHECK(world.heard(kGateway).at(0).command() == Command::reply);
  CHECK(world.core->is_drained());
  world.core->farewell(world.now);
  CHECK(parted(world, kTicket) == Code::draining);
  CHECK(parted(world, kGateway) == Code::draining);
  CHECK(world.core->peers() == 0);
}

TEST_CASE("idle peers hear a heartbeat every interval", "[broker]") {
  World world;
  world.join(kGateway, "gateway");
  world.sent.clear();
  for (int i = 0; i < 50; ++i) {
    world.live_ms(100);
    world.say(kGateway, World::frame(Command::heartbeat));
  }
  size_t beats = 0;
  for (const auto& each : world.sent) beats += each.command() == Command::heartbeat;
  CHECK(beats == 5);
}

TEST_CASE("services tells who serves what, and who is away", "[broker]") {
  World world;
  world.join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  world.join(kGateway, "gateway");
  world.say(kTicket, World::frame(Command::heartbeat, 0, encode(Load{30, 2})));
  const auto ask = [&] {
    world.sent.clear();
    world.request(kGateway, 1, "$mesh.services");
    return *decode<mesh::Services>(world.heard(kGateway).at(0).frame().body);
  };
  const auto before = ask();
  REQUIRE(before.services.size() == 1);
  REQUIRE(before.services[0].workers.size() == 1);
  CHECK(before.services[0].workers[0].principal == "ticket");
  CHECK(before.services[0].workers[0].owner);
  CHECK(before.services[0].workers[0].queue_ms == 30);
  world.say(kTicket, World::frame(Command::disconnect));
  const auto after = ask();
  REQUIRE(after.services.size() == 1);
  CHECK(after.services[0].workers.empty());
  CHECK(after.index > before.index);
}
