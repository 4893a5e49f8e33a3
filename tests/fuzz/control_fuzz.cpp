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
}

broker::CoreOptions small() {
  broker::CoreOptions options;
  options.inflight_max = 1024;
  options.peers_max = 8;
  return options;
}

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
  static const std::string names[] = {"ticket", "user", "gateway", "ops", "nobody"};
  broker::World world(small());
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
    world.say(peer, build_frame(header, name, {}, body), more);
    CHECK_INVARIANT(world.core->peers() <= 8);
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
