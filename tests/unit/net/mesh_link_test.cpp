// Links: READY, beats, silence, parting, failover; MeshCore on a virtual clock.
#include <catch2/catch.hpp>

#include "tests/unit/net/scripted_mesh.h"

namespace bilten::net {
namespace {

constexpr SteadyMicros kSecond = 1'000'000;

TEST_CASE("READY is the first frame on a connection and names the services", "[net]") {
  ScriptedMesh mesh(2, true);
  mesh.run(kSecond / 10);
  REQUIRE(mesh.seen.size() >= 2);
  CHECK(mesh.seen[0].header.command == Command::ready);
  CHECK(mesh.seen[1].header.command == Command::ready);
  CHECK(mesh.seen[0].link != mesh.seen[1].link);
  const auto ready = decode<Ready>(mesh.seen[0].body);
  REQUIRE(ready);
  REQUIRE(ready->services.size() == 1);
  CHECK(ready->services[0].credit == 50);  // Half the window for each of two brokers.
  CHECK(mesh.core.connected());
}

TEST_CASE("READY is tried until the connection takes it, and again until WELCOME", "[net]") {
  ScriptedMesh mesh(1);
  mesh.brokers[0].reachable = false;
  mesh.run(kSecond);
  CHECK(mesh.seen.empty());
  mesh.brokers[0] = {.reachable = true, .welcomes = false};
  mesh.run(kSecond / 4);
  CHECK(mesh.sent(Command::ready).size() == 1);
  mesh.brokers[0].welcomes = true;
  mesh.run(kSecond);
  CHECK(mesh.core.connected());
}

TEST_CASE("a broker that never welcomes gets a fresh socket every few seconds", "[net]") {
  ScriptedMesh mesh(1);
  mesh.brokers[0].welcomes = false;
  mesh.run(10 * kSecond);
  CHECK(mesh.opened.size() >= 4);
  CHECK(mesh.opened.size() <= 10);
}

TEST_CASE("a link beats only when it has been idle for an interval", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(10 * kSecond + kSecond / 2);
  CHECK(mesh.sent(Command::heartbeat).size() == 10);
  CHECK(decode<Load>(mesh.sent(Command::heartbeat)[0].body)->queue_ms == 3);
  mesh.seen.clear();
  for (int i = 0; i < 10; ++i) {
    mesh.call(call_of("other.thing"));
    mesh.answer(mesh.sent(Command::request).back(), "");
    mesh.run(kSecond / 2);
  }
  CHECK(mesh.sent(Command::heartbeat).empty());
}

TEST_CASE("a process whose writer is stuck does not beat", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.stuck = true;
  mesh.run(5 * kSecond);
  CHECK(mesh.sent(Command::heartbeat).empty());
}

TEST_CASE("a broker silent for three intervals is given up for a new socket", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  mesh.brokers[0] = {.reachable = true, .welcomes = false, .beats = false};
  mesh.run(3 * kSecond - kSecond / 5);
  CHECK(mesh.core.connected());
  mesh.run(kSecond);
  CHECK_FALSE(mesh.core.connected());
  CHECK(mesh.opened.size() == 2);
  CHECK(mesh.core.generation(0) == 2);
}

TEST_CASE("what came while the process did not run is given up with the link", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  const auto request = [&] {
    Header header;
    header.command = Command::request;
    header.id = 7;
    header.ttl_ms = 5000;
    return build_frame(header, "echo.say");
  };
  mesh.core.wake(mesh.now);
  mesh.now += 3 * kSecond - 1;
  mesh.core.wake(mesh.now);
  mesh.receive(0, request());
  CHECK(mesh.requests.size() == 1);

  mesh.now += 3 * kSecond;
  mesh.core.wake(mesh.now);
  mesh.receive(0, request());
  CHECK(mesh.requests.size() == 1);
  CHECK(mesh.notices.back().code == Code::broker_lost);
  mesh.run(kSecond / 10);
  CHECK(mesh.core.connected());
  mesh.receive(0, request());
  CHECK(mesh.requests.size() == 2);
}

TEST_CASE("with a call under way a dead connection shows within a second", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  const int call = mesh.call(call_of("echo.say", 10'000));
  mesh.brokers[0].reachable = false;
  mesh.run(kSecond);
  CHECK(mesh.ended(call));
  CHECK(mesh.outcome(call).answer.code == Code::broker_lost);
}

TEST_CASE("a restarted broker that knows us no more is joined again at once", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(10 * kSecond);
  mesh.disconnect(0, Code::unknown_peer);
  CHECK_FALSE(mesh.core.connected());
  mesh.run(1000);
  CHECK(mesh.core.connected());
  CHECK(mesh.core.generation(0) == 2);
}

TEST_CASE("a fenced worker reports it and keeps asking, never within 250 ms", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  for (int i = 0; i < 10; ++i) {
    const auto before = mesh.opened.size();
    const auto at = mesh.now;
    mesh.disconnect(0, Code::fenced);
    CHECK(mesh.notices.back().code == Code::fenced);
    while (mesh.opened.size() == before) mesh.run(10'000);
    CHECK(mesh.now - at >= 240'000);
    CHECK(mesh.now - at <= 2 * kSecond);
  }
}

TEST_CASE("a broker that turns us away is asked ever more seldom", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  SteadyMicros pause = 0;
  for (int i = 0; i < 12; ++i) {
    const auto before = mesh.opened.size();
    const auto at = mesh.now;
    mesh.disconnect(0, Code::denied);
    while (mesh.opened.size() == before) mesh.run(10'000);
    pause = mesh.now - at;
  }
  CHECK(pause >= 3 * kSecond);
  CHECK(pause <= 7 * kSecond);
}

TEST_CASE("calls leave a draining broker and return to the preferred one when it is stable",
          "[net]") {
  ScriptedMesh mesh(3);
  mesh.run(kSecond / 10);
  const auto where = [&] {
    mesh.call(call_of("echo.say"));
    mesh.answer(mesh.sent(Command::request).back(), "");
    return mesh.sent(Command::request).back().link;
  };
  const auto preferred = where();
  CHECK(where() == preferred);
  mesh.receive(preferred, control(Command::drain));
  const auto second = where();
  CHECK(second != preferred);
  mesh.disconnect(preferred, Code::draining);
  mesh.run(20 * kSecond);
  CHECK(where() == second);
  mesh.run(20 * kSecond);
  CHECK(where() == preferred);
}

TEST_CASE("a call under way stays with its broker when that drains", "[net]") {
  ScriptedMesh mesh(2);
  mesh.run(kSecond / 10);
  const int call = mesh.call(call_of("echo.say"));
  const auto request = mesh.sent(Command::request).back();
  mesh.receive(request.link, control(Command::drain));
  mesh.answer(request, "done");
  CHECK(mesh.outcome(call).answer.body == "done");
}

TEST_CASE("a reply to an older connection is dropped", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  Header header;
  header.command = Command::request;
  header.id = 99;
  header.ttl_ms = 1000;
  mesh.receive(0, build_frame(header, "echo.say", {}, "ping"));
  REQUIRE(mesh.requests.size() == 1);
  const auto request = mesh.requests[0];
  CHECK(request.body == "ping");
  CHECK(request.expires_at == mesh.now + kSecond);
  CHECK_FALSE(mesh.core.idle(mesh.now));
  mesh.disconnect(0, Code::unknown_peer);
  mesh.run(kSecond);
  mesh.core.reply(mesh.now, {request.link, request.generation, 99, reply_frame(99, "pong")});
  mesh.carry_out();
  CHECK(mesh.sent(Command::reply).empty());
  CHECK(mesh.core.counts().dropped_replies == 1);
}

TEST_CASE("a reply that meets a full queue is sent once more", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  mesh.brokers[0].reachable = false;
  for (uint64_t id = 0; id < 3; ++id) {
    mesh.core.reply(mesh.now, {0, 1, id, reply_frame(id, "pong")});
  }
  mesh.carry_out();
  mesh.brokers[0].reachable = true;
  mesh.run(kSecond / 10);
  const auto replies = mesh.sent(Command::reply);
  REQUIRE(replies.size() == 3);
  CHECK(replies[2].header.id == 2);
}

TEST_CASE("a worker that drains turns new requests away and answers what it has", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  Header header;
  header.command = Command::request;
  header.ttl_ms = 1000;
  header.id = 1;
  mesh.receive(0, build_frame(header, "echo.say"));
  mesh.core.drain(mesh.now);
  mesh.carry_out();
  CHECK(mesh.sent(Command::drain).size() == 1);
  header.id = 2;
  mesh.receive(0, build_frame(header, "echo.say"));
  CHECK(mesh.requests.size() == 1);
  REQUIRE(mesh.sent(Command::error).size() == 1);
  CHECK(mesh.sent(Command::error)[0].header.code == static_cast<uint8_t>(Code::draining));
  mesh.run(kSecond / 2);
  CHECK_FALSE(mesh.core.idle(mesh.now));
  mesh.core.reply(mesh.now, {0, 1, 1, reply_frame(1, "")});
  mesh.carry_out();
  CHECK(mesh.core.idle(mesh.now));
  CHECK(mesh.sent(Command::reply).size() == 1);
}

TEST_CASE("requests that cannot be run are answered, not handed on", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  Header header;
  header.command = Command::request;
  mesh.receive(0, build_frame(header, "echo.say"));
  header.ttl_ms = 1000;
  mesh.receive(0, build_frame(header, "echo.say", "\xc1"));
  CHECK(mesh.requests.empty());
  const auto errors = mesh.sent(Command::error);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].header.code == static_cast<uint8_t>(Code::deadline_queued));
  CHECK(errors[1].header.code == static_cast<uint8_t>(Code::bad_frame));
}

TEST_CASE("garbage from a broker is counted and breaks nothing", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(mesh.random.below(80), '\0');
    mesh.random.fill(bytes.data(), bytes.size());
    if (bytes.size() > 4 && mesh.random.below(2) == 0) {
      bytes[0] = 0x42;
      bytes[1] = 0x4D;
      bytes[2] = 1;
      bytes[3] = static_cast<char>(mesh.random.below(14));
    }
    mesh.receive(0, bytes);
    mesh.run(1000);
  }
  CHECK(mesh.core.counts().bad_frames > 0);
}

}  // namespace
}  // namespace bilten::net
