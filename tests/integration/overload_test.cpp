// Twice as many requests as there is capacity for: what is critical is served as ever, the rest is
// refused early and says when to come back, and the broker does not grow.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/support/load.h"

using namespace bilten;
using namespace bilten::test;

namespace {

constexpr double kCapacity = 400;  // Requests a second, of the one worker.
constexpr uint32_t kBudgetMs = 4000;

// Resident memory, MiB.
double resident(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

net::Call call_of(Class request_class) {
  net::Call call;
  call.name = "probe.work";
  call.body = Packer().map(0).take();
  call.budget_ms = kBudgetMs;
  call.request_class = request_class;
  return call;
}

}  // namespace

TEST_CASE("twice the load a worker can take sheds early, and what is critical does not notice",
          "[integration][overload]") {
  const double seconds = std::getenv("BILTEN_FULL") ? 60 : 10;
  Platform platform({.only = "broker,events"});
  Worker worker(platform, {.credit = 16, .per_second = kCapacity});
  Probe client(platform, {});
  REQUIRE(wait_until([&] { return client.call("probe.work").code == Code::ok; }));

  SteadyCalls critical(client, call_of(Class::critical), 0.1 * kCapacity);
  SteadyCalls normal(client, call_of(Class::normal), 1.5 * kCapacity);
  SteadyCalls bulk(client, call_of(Class::bulk), 0.4 * kCapacity);
  REQUIRE(wait_until([&] { return count_of(bulk.take(), Code::no_capacity) > 0; }));
  critical.take();
  normal.take();
  const double before = resident(platform.pid("broker"));
  let_pass(seconds);
  const double after = resident(platform.pid("broker"));
  const auto served = critical.finish(), others = normal.finish(), last = bulk.finish();

  INFO("critical: " << codes_of(served) << "; normal: " << codes_of(others)
                    << "; bulk: " << codes_of(last));
  CHECK(count_of(served, Code::ok) == served.size());
  CHECK(within(served, 0.99) < 0.1 * time_scale());
  const auto done =
      count_of(served, Code::ok) + count_of(others, Code::ok) + count_of(last, Code::ok);
  CHECK(static_cast<double>(done) > 0.8 * kCapacity * seconds);
  for (const auto* shed : {&others, &last}) {
    CHECK(count_of(*shed, Code::no_capacity) > 0);
    CHECK(count_of(*shed, Code::deadline_queued) + count_of(*shed, Code::deadline_inflight) == 0);
    CHECK(within(*shed, 0.99, Code::no_capacity) < 0.5 * kBudgetMs / 1000);
    for (const auto& outcome : *shed) {
      if (outcome.code == Code::no_capacity) CHECK(outcome.retry_after_ms > 0);
    }
  }
  CHECK(after < before + 8);
  std::printf(
      "overload: %.0f of %.0f a second done; critical p99 %.0f ms; normal p50 %.0f ms, %zu of %zu "
      "refused, p99 after %.0f ms; bulk %zu of %zu refused; broker %.1f MiB, then %.1f\n",
      static_cast<double>(done) / seconds, 2 * kCapacity, 1000 * within(served, 0.99),
      1000 * within(others, 0.5), count_of(others, Code::no_capacity), others.size(),
      1000 * within(others, 0.99, Code::no_capacity), count_of(last, Code::no_capacity),
      last.size(), before, after);
}
