// A trap of libzmq 4.3.4 that our own heartbeats do not have (docs/decisions/0002).
#include <catch2/catch.hpp>

#include "tests/unit/broker/world.h"

using namespace bilten;
using namespace bilten::broker;

TEST_CASE("a peer that beats every half minute is given up after a minute and a half, not earlier",
          "[broker][trap15]") {
  // ZMTP keeps its time to live in 16 bits of milliseconds: 90 s would act as 24.4 s.
  CoreOptions options;
  options.heartbeat_ms = 30'000;
  World world(options);
  Ready ready;
  ready.heartbeat_ms = 30'000;
  world.principals[1] = "gateway";
  world.say(1, World::ready_frame(ready));
  REQUIRE(world.core->peers() == 1);
  world.live_ms(89'000);
  CHECK(world.core->peers() == 1);
  world.live_ms(1'001);
  CHECK(world.core->peers() == 0);
}
