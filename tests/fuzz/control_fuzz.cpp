// Any bytes as the body of a control frame; and any sequence of frames, from peers of every kind,
// given to the broker's core: it refuses what it must and keeps its books.
#include <cstdint>

#include "common/wire/control.h"
#include "tests/fuzz/round_trip.h"
#include "tests/unit/broker/world.h"

namespace {

using namespace bilten;

void fuzz_bodies(std::string_view bytes) {
  check_round_trip<Ready>(bytes);
  check_round_trip<Welcome>(bytes);
  check_round_trip<Credit>(bytes);
  check_round_trip<Load>(bytes);
  check_round_trip<Routes>(bytes);
}

constexpr broker::PeerId kNeighbour = 15;  // In the input: the broker that this one has dialled.

broker::CoreOptions small() {
  broker::CoreOptions options;
  options.inflight_max = 1024;
  options.peers_max = 8;
  options.neighbours = {{"broker", "tcp://neighbour:1"}};
  return options;
}

// With a neighbour that has been dialled and has said WELCOME.
struct Federated : broker::World {
  Federated() : World(small()) {
    auto rules = World::rules();
    rules.push_back(rule("broker", 1, {}, {}));
    rules.back().broker = true;
    core->set_access(now, rules);
    live_ms(1);
    Welcome welcome;
    welcome.broker = instance(99);
    welcome.name = "neighbour";
    say(dialled, frame(Command::welcome, 0, encode(welcome)));
  }
  void dial(uint32_t, broker::PeerId as) override { dialled = as; }

  broker::PeerId dialled = 0;
};

// Cuts the front off: its length is told by one byte of the input.
std::string_view take(std::string_view& bytes) {
  if (bytes.empty()) return {};
  const auto length = std::min<size_t>(static_cast<uint8_t>(bytes[0]), bytes.size() - 1);
  const auto front = bytes.substr(1, length);
  bytes.remove_prefix(1 + length);
  return front;
}

// Steps of: who and what, then a name's length with the name, a body's with the body.
void fuzz_core(std::string_view bytes) {
  static const std::string names[] = {"ticket", "user", "gateway", "ops", "broker", "nobody"};
  Federated world;
  for (int step = 0; step < 64 && bytes.size() >= 2; ++step) {
    const auto peer = static_cast<broker::PeerId>(bytes[0] & 15);
    const bool more = (bytes[0] & 0x70) == 0x70;
    const auto command = static_cast<Command>(bytes[1] & 15);
    const auto flags = static_cast<uint16_t>(bytes[1] >> 4 & 3);
    bytes.remove_prefix(2);
    world.principals[peer] = names[peer % std::size(names)];
    const auto name = take(bytes).substr(0, kNameMax);
    const auto body = take(bytes);
    Header header;
    header.command = command;
    header.flags = flags;
    header.ttl_ms = 1000;
    // An id that some request has: the core numbers them itself.
    header.id = world.sent.empty() ? 1 : world.sent.back().frame().header.id;
    if (command == Command::heartbeat && body.empty()) world.live_ms(250);
    const auto from = peer == kNeighbour ? world.dialled : peer;
    world.say(from, build_frame(header, name, {}, body), more);
    CHECK_INVARIANT(world.core->peers() <= 8 + 1);
  }
  world.core->farewell(world.now);
  CHECK_INVARIANT(world.core->peers() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  fuzz_bodies(bytes);
  fuzz_core(bytes);
  return 0;
}
