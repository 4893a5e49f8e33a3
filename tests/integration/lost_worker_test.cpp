// Workers that freeze, die or are not there: who finds out how soon, and who does not notice.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>

#include "common/wire/mesh_admin.h"
#include "tests/support/load.h"

using namespace bilten;
using namespace bilten::test;

namespace {

std::vector<mesh::WorkerInfo> workers_serving(Probe& probe, const std::string& service) {
  auto services = decode<mesh::Services>(probe.call("$mesh.services").body);
  REQUIRE(services);
  for (auto& one : services->services) {
    if (one.service == service) return std::move(one.workers);
  }
  return {};
}

size_t workers_of(Probe& probe, const std::string& service) {
  return workers_serving(probe, service).size();
}

// That its workers have been given and have not answered.
uint32_t requests_of(Probe& probe, const std::string& service) {
  uint32_t held = 0;
  for (const auto& worker : workers_serving(probe, service)) held += worker.inflight;
  return held;
}

Code ask_event(Probe& probe, uint32_t budget_ms = 5000) {
  return probe.call("event.journal.head", Packer().map(0).take(), budget_ms).code;
}

net::Call call_of(const std::string& name, bool idempotent) {
  net::Call call;
  call.name = name;
  call.body = Packer().map(0).take();
  call.budget_ms = 10'000;
  call.idempotent = idempotent;
  call.wait_for_service = false;
  return call;
}

}  // namespace

TEST_CASE("a frozen worker is out within 3.5 s, and nobody else is slower for it",
          "[integration]") {
  Platform platform({.only = "broker,events"});
  const WorkerProcess frozen(platform, {}), healthy(platform, {}),
      other(platform, {.service = "echo"});
  Probe client(platform, {});
  REQUIRE(wait_until(
      [&] { return workers_of(client, "probe") == 2 && workers_of(client, "echo") == 1; }));
  SteadyCalls same(client, call_of("probe.work", true), 100),
      others(client, call_of("echo.work", true), 100);
  let_pass(2);
  const auto calm = others.take();
  const auto before = same.take();
  REQUIRE_FALSE(before.empty());
  REQUIRE(count_of(before, Code::ok) == before.size());

  frozen.kill(SIGSTOP);
  const auto began = std::chrono::steady_clock::now();
  CHECK(wait_until([&] { return workers_of(client, "probe") == 1; }));
  const double out = seconds_since(began);
  CHECK(out <= 3.5 * time_scale());
  const auto meanwhile = others.finish();
  const auto all = same.finish();
  INFO(codes_of(all) << "; others " << codes_of(meanwhile));
  // What the frozen one held went to the other: nothing was lost.
  CHECK(count_of(all, Code::ok) == all.size());
  CHECK(within(all, 1) <= 4.5 * time_scale());
  CHECK(count_of(meanwhile, Code::ok) == meanwhile.size());
  // Who waited for the frozen one would wait for seconds; the rest is for busy machines.
  CHECK(within(meanwhile, 0.99) <= std::max(3 * within(calm, 0.99), 0.25 * time_scale()));
  std::printf("frozen worker: out after %.2f s; others' p99 %.1f ms, before %.1f ms\n", out,
              1000 * within(meanwhile, 0.99), 1000 * within(calm, 0.99));
}

TEST_CASE("a killed worker's request is answered within 300 ms, as one that may have run",
          "[integration]") {
  Platform platform({.only = "broker,events"});
  const WorkerProcess busy(platform, {.answers = false});
  Probe client(platform, {});
  REQUIRE(wait_until([&] { return workers_of(client, "probe") == 1; }));
  std::vector<Outcome> ended;
  {
    SteadyCalls caller(client, call_of("probe.work", false), 50);
    REQUIRE(wait_until([&] { return requests_of(client, "probe") > 0; }));
    CHECK(caller.take().empty());
    busy.kill(SIGKILL);
    const auto killed = std::chrono::steady_clock::now();
    CHECK(wait_until([&] {
      for (const auto& outcome : caller.take()) ended.push_back(outcome);
      return !ended.empty();
    }));
    CHECK(seconds_since(killed) <= 0.3 * time_scale());
  }
  CHECK(ended.front().code == Code::worker_lost);
}

TEST_CASE("that nobody serves a message is said as fast as an echo", "[integration]") {
  Platform platform({.only = "broker,events"});
  const WorkerProcess worker(platform, {});
  Probe client(platform, {});
  REQUIRE(wait_until([&] { return workers_of(client, "probe") == 1; }));
  std::vector<Outcome> echoes, refusals;
  const auto time = [&](const std::string& name, std::vector<Outcome>& into) {
    const auto began = std::chrono::steady_clock::now();
    const auto answer = client.mesh().call_and_wait(call_of(name, false));
    into.push_back({answer.code, seconds_since(began), 0});
  };
  for (int i = 0; i < 2000; ++i) {
    time("probe.work", echoes);
    time("payment.work", refusals);
  }
  CHECK(count_of(echoes, Code::ok) == echoes.size());
  CHECK(count_of(refusals, Code::no_service) == refusals.size());
  const double echo = within(echoes, 0.5), refusal = within(refusals, 0.5, Code::no_service);
  CHECK(refusal <= 1.2 * echo);
  std::printf("no_service: p50 %.0f us, an echo %.0f us\n", 1e6 * refusal, 1e6 * echo);
}

TEST_CASE("a frozen daemon is out within three and a half seconds, others are served meanwhile",
          "[integration]") {
  Platform platform;
  Probe probe(platform, {}), other(platform, {.principal = "ops"});
  REQUIRE(ask_event(probe) == Code::ok);
  platform.kill("event", SIGSTOP);
  const auto began = std::chrono::steady_clock::now();
  auto frozen = std::async(std::launch::async, [&] {
    return std::pair(ask_event(probe, 60'000), seconds_since(began));
  });
  double slowest = 0;
  while (frozen.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    const auto asked = std::chrono::steady_clock::now();
    REQUIRE(other.call("user.journal.head").code == Code::ok);
    slowest = std::max(slowest, seconds_since(asked));
  }
  const auto [code, seconds] = frozen.get();
  platform.kill("event", SIGCONT);
  CHECK(code == Code::worker_lost);
  CHECK(seconds <= 3.5 * time_scale() + 0.5);
  CHECK(slowest < 0.5 * time_scale());
}

TEST_CASE("the caller of a killed busy daemon hears it within a third of a second",
          "[integration]") {
  Platform platform;
  Probe probe(platform, {}), other(platform, {.principal = "ops"});
  REQUIRE(ask_event(probe) == Code::ok);
  platform.kill("event", SIGSTOP);  // Busy: it has the request and does not answer.
  auto busy = std::async(std::launch::async, [&] { return ask_event(probe, 60'000); });
  REQUIRE(wait_until([&] { return requests_of(other, "event") > 0; }, 3));
  const auto killed = std::chrono::steady_clock::now();
  platform.kill("event", SIGKILL);
  CHECK(busy.get() == Code::worker_lost);
  CHECK(seconds_since(killed) <= 0.3 * time_scale() + 0.2);
}
