#include "common/base/parallel.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <vector>

using namespace bilten;

TEST_CASE("each piece of work is done once, on no more threads than allowed") {
  for (const size_t count : {0, 1, 3, 100}) {
    std::vector<std::atomic<int>> done(count);
    std::atomic<int> running{0}, most{0};
    in_parallel(count, 4, [&](size_t i) {
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
      ++done[i];
      --running;
    });
    for (const auto& times : done) CHECK(times == 1);
    CHECK(most <= 4);
  }
}
