// Answers in parts, calls that are given up, and frames that must be understood whole.
#include <catch2/catch.hpp>

#include "common/wire/codec.h"
#include "tests/unit/net/live_broker.h"
#include "tests/unit/net/scripted_mesh.h"

namespace bilten::net {
namespace {

constexpr SteadyMicros kSecond = 1'000'000;

struct Listener {
  std::vector<std::string> parts;
  Call call(uint32_t budget_ms = 2000, bool idempotent = false) {
    auto call = call_of("echo.list", budget_ms, idempotent);
    call.on_partial = [this](std::string body) { parts.push_back(std::move(body)); };
    return call;
  }
};

TEST_CASE("parts of an answer come in order, and before its end", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  Listener listener;
  const int call = mesh.call(listener.call());
  const auto request = mesh.sent(Command::request).back();
  for (uint32_t chunk = 1; chunk <= 3; ++chunk) {
    mesh.receive(0, partial_frame(request.header.id, chunk, "part " + std::to_string(chunk)));
  }
  CHECK(listener.parts == std::vector<std::string>{"part 1", "part 2", "part 3"});
  CHECK_FALSE(mesh.ended(call));
  mesh.receive(0, reply_frame(request.header.id, "end", 3));
  CHECK(mesh.outcome(call).answer.body == "end");
  CHECK(mesh.outcome(call).answer.code == Code::ok);
}

TEST_CASE("an answer with a part missing ends as an error, and its worker is told to stop",
          "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  Listener listener;
  const int call = mesh.call(listener.call());
  const auto id = mesh.sent(Command::request).back().header.id;
  mesh.receive(0, partial_frame(id, 1, "one"));
  SECTION("in the middle") {
    mesh.receive(0, partial_frame(id, 3, "three"));
  }
  SECTION("twice the same") {
    mesh.receive(0, partial_frame(id, 1, "one"));
  }
  SECTION("at the end") {
    mesh.receive(0, reply_frame(id, "end", 2));
  }
  SECTION("all that was announced") {
    mesh.receive(0, reply_frame(id, "end"));
  }
  REQUIRE(mesh.ended(call));
  CHECK(mesh.outcome(call).answer.error.reason == "broken_stream");
  CHECK(ran(mesh.outcome(call).answer.code) == Ran::unknown);
  CHECK(listener.parts == std::vector<std::string>{"one"});
  REQUIRE(mesh.sent(Command::cancel).size() == 1);
  CHECK(mesh.sent(Command::cancel)[0].header.id == id);
  CHECK(mesh.core.counts().broken_streams == 1);
  mesh.receive(0, partial_frame(id, 2, "late"));
  CHECK(listener.parts.size() == 1);
}

TEST_CASE("parts renew no budget, and whoever did not ask for them gets an error", "[net]") {
  ScriptedMesh mesh(1);
  mesh.run(kSecond / 10);
  Listener listener;
  const int slow = mesh.call(listener.call(1000));
  const auto slow_id = mesh.sent(Command::request).back().header.id;
  for (uint32_t chunk = 1; chunk <= 4; ++chunk) {
    mesh.run(kSecond / 4);
    mesh.receive(0, partial_frame(slow_id, chunk, "more"));
  }
  mesh.run(kSecond / 4);
  REQUIRE(mesh.ended(slow));
  CHECK(mesh.outcome(slow).answer.code == Code::deadline_inflight);

  const int plain = mesh.call(call_of("echo.list"));
  mesh.receive(0, partial_frame(mesh.sent(Command::request).back().header.id, 1, "part"));
  REQUIRE(mesh.ended(plain));
  CHECK(mesh.outcome(plain).answer.error.reason == "broken_stream");
}

TEST_CASE("an answer that has begun is not begun again elsewhere", "[net]") {
  ScriptedMesh mesh(2);
  mesh.run(kSecond / 10);
  Listener listener;
  const int begun = mesh.call(listener.call(5000, true));
  const auto first = mesh.sent(Command::request).back();
  const int fresh = mesh.call(listener.call(5000, true));
  mesh.receive(first.link, partial_frame(first.header.id, 1, "one"));
  mesh.disconnect(first.link, Code::unknown_peer);
  REQUIRE(mesh.ended(begun));
  CHECK(mesh.outcome(begun).answer.code == Code::broker_lost);
  CHECK_FALSE(mesh.ended(fresh));
  CHECK(mesh.sent(Command::request).back().link != first.link);
}

TEST_CASE("a worker may answer in parts, and owes the answer until its end", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  Header header;
  header.id = 7;
  header.ttl_ms = 1000;
  mesh.receive(0, build_frame(header, "echo.list"));
  REQUIRE(mesh.requests.size() == 1);
  const auto generation = mesh.requests[0].generation;
  mesh.core.reply(mesh.now, {0, generation, 7, partial_frame(7, 1, "one"), true});
  CHECK_FALSE(mesh.core.idle(mesh.now));
  mesh.core.reply(mesh.now, {0, generation, 7, reply_frame(7, "end", 1)});
  CHECK(mesh.core.idle(mesh.now));
  mesh.carry_out();
  REQUIRE(mesh.sent(Command::partial).size() == 1);
  const auto part = mesh.sent(Command::partial)[0];
  CHECK((part.header.flags & flag::kMore) != 0);
  CHECK(Ext::parse(part.ext)->chunk == 1);
  CHECK(Ext::parse(mesh.sent(Command::reply)[0].ext)->chunk == 1);
}

TEST_CASE("a call that is given up ends at once, once, and its worker is told", "[net]") {
  ScriptedMesh mesh(1);
  auto early = call_of("echo.say", 5000);
  early.handle = std::make_shared<CallHandle>();
  const int unsent = mesh.call(early);
  mesh.core.cancel(mesh.now, early.handle->id);
  mesh.carry_out();
  CHECK(mesh.outcome(unsent).answer.code == Code::cancelled);
  mesh.run(kSecond / 10);
  CHECK(mesh.sent(Command::request).empty());
  CHECK(mesh.sent(Command::cancel).empty());

  auto call = call_of("echo.say", 5000);
  call.handle = std::make_shared<CallHandle>();
  const int sent = mesh.call(call);
  const auto request = mesh.sent(Command::request).back();
  CHECK(call.handle->id == request.header.id);
  mesh.core.cancel(mesh.now, call.handle->id);
  mesh.core.cancel(mesh.now, call.handle->id);
  mesh.carry_out();
  CHECK(mesh.outcome(sent).answer.code == Code::cancelled);
  REQUIRE(mesh.sent(Command::cancel).size() == 1);
  CHECK(mesh.sent(Command::cancel)[0].header.id == request.header.id);
  mesh.answer(request, "late");
  CHECK(mesh.outcome(sent).times == 1);
  CHECK(mesh.core.counts().late_answers == 1);
  CHECK(mesh.core.counts().cancelled == 2);
  mesh.core.cancel(mesh.now, 0);
}

TEST_CASE("CANCEL reaches the worker as it came", "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  Header cancel;
  cancel.command = Command::cancel;
  cancel.id = 99;
  mesh.receive(0, build_frame(cancel));
  REQUIRE(mesh.cancellations.size() == 1);
  CHECK(mesh.cancellations[0].id == 99);
  CHECK(mesh.cancellations[0].generation == mesh.core.generation(0));
}

TEST_CASE("an unknown ext key is refused where it must be understood, and ignored elsewhere",
          "[net]") {
  ScriptedMesh mesh(1, true);
  mesh.run(kSecond / 10);
  Header header;
  header.ttl_ms = 1000;
  const auto send = [&](uint64_t key, uint16_t flags) {
    header.id += 1;
    header.flags = flags;
    const auto ext = Packer().map(1).unsigned_integer(key).text("what is this").take();
    mesh.receive(0, build_frame(header, "echo.say", ext));
  };
  send(31, 0);
  CHECK(mesh.requests.size() == 1);
  send(32, flag::kMustUnderstandExt);
  CHECK(mesh.requests.size() == 2);
  send(8, flag::kMustUnderstandExt);
  CHECK(mesh.requests.size() == 3);
  send(31, flag::kMustUnderstandExt);
  CHECK(mesh.requests.size() == 3);
  const auto errors = mesh.sent(Command::error);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].header.code == static_cast<uint8_t>(Code::bad_frame));
  CHECK(errors[0].header.id == header.id);
}

TEST_CASE("a call under way stays where it is when the preferred broker is back", "[net]") {
  ScriptedMesh mesh(2);
  mesh.run(kSecond / 10);
  mesh.call(call_of("echo.say"));
  const auto preferred = mesh.sent(Command::request).back().link;
  mesh.answer(mesh.sent(Command::request).back(), "");
  mesh.disconnect(preferred, Code::draining);
  mesh.call(call_of("echo.say"));
  mesh.answer(mesh.sent(Command::request).back(), "");
  mesh.run(20 * kSecond);
  const int under_way = mesh.call(call_of("echo.say", 60'000, true));
  const auto request = mesh.sent(Command::request).back();
  CHECK(request.link != preferred);
  mesh.run(20 * kSecond);
  mesh.call(call_of("echo.say"));
  CHECK(mesh.sent(Command::request).back().link == preferred);
  CHECK(mesh.core.counts().resent == 0);
  mesh.answer(request, "from the other");
  CHECK(mesh.outcome(under_way).answer.body == "from the other");
}

TEST_CASE("a call given up at one end of a running mesh is told at the other", "[net]") {
  const TestHouse house;
  LiveBroker broker(house);
  Context context;
  EchoWorker worker(context, house, {broker.endpoint()});
  worker.keeps = true;
  SystemClock clock;
  crypto::SystemRandom random;
  MeshOptions options;
  options.brokers = {broker.endpoint()};
  options.keys = house.ring("gateway");
  Mesh mesh(context, options, Mesh::Handlers{}, clock, random);
  REQUIRE(mesh.start());
  Call call = call_of("echo.say", 60'000);
  call.handle = std::make_shared<CallHandle>();
  const auto handle = call.handle;
  std::atomic<Code> ended{Code::ok};
  mesh.call(std::move(call), [&](Answer answer) { ended = answer.code; });
  REQUIRE(eventually([&] { return worker.kept() == 1; }));
  mesh.cancel(handle);
  CHECK(eventually([&] { return ended == Code::cancelled; }));
  CHECK(eventually([&] { return worker.cancelled() == 1; }));
  worker.answer_kept();
}

}  // namespace
}  // namespace bilten::net
