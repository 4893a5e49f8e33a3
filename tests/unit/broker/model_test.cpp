// The core against a naive model, a million random inputs and more.
#include "tests/unit/broker/model.h"

#include <catch2/catch.hpp>

using namespace bilten::broker;

TEST_CASE("no run of inputs makes the core lose, double or misroute a request", "[broker]") {
  constexpr int kSteps = 80'000;
  uint64_t inputs = 0;
  std::map<std::string, uint64_t> seen;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Model model(seed);
    int step = 0;
    while (step < kSteps && model.violation().empty()) {
      model.step();
      ++step;
    }
    if (model.violation().empty()) model.finish();
    INFO("seed " << seed << ", step " << step);
    REQUIRE(model.violation() == "");
    inputs += model.inputs();
    for (const auto& [what, count] : model.seen) seen[what] += count;
  }
  CHECK(inputs >= 1'000'000);
  // A run that never meets a rule proves nothing about it.
  for (const char* what : {"answered",
                           "forwarded",
                           "re-sent",
                           "queued again",
                           "grace",
                           "no_service",
                           "no_capacity",
                           "deadline_queued",
                           "deadline_inflight",
                           "worker_lost",
                           "cancelled",
                           "cancel frames",
                           "denied",
                           "draining",
                           "rate_limited",
                           "version",
                           "circuit_open",
                           "breaker opened",
                           "breaker closed",
                           "pieces",
                           "shed",
                           "copied",
                           "ordered",
                           "fault delay",
                           "fault drop",
                           "fault abort",
                           "disconnect fenced",
                           "disconnect bad_frame",
                           "disconnect unknown_peer"}) {
    INFO(what << " " << seen[what]);
    CHECK(seen[what] > 10);
  }
}
