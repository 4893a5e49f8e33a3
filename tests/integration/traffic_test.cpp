// Operators steer the traffic of a running mesh with `biltenctl mesh`, and workers freeze and die.
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <nlohmann/json.hpp>

#include "common/wire/mesh_admin.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;
using nlohmann::json;

namespace {

using SteadyClock = std::chrono::steady_clock;

json mesh_json(const Platform& platform, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"-o", "json"});
  const auto finished = platform.ctl(arguments);
  INFO(finished.out);
  REQUIRE(finished.status == 0);
  return json::parse(finished.out);
}

json rules_of(const Platform& platform) {
  return mesh_json(platform, {"mesh", "rules"})["rules"];
}

Code call_event(Probe& probe, uint32_t budget_ms = 5000) {
  return probe.call("event.journal.head", Packer().map(0).take(), budget_ms).code;
}

}  // namespace

TEST_CASE("biltenctl mesh drains, faults, limits and clears, and every rule shows who set it",
          "[integration]") {
  Platform platform;
  Probe probe(platform, {});
  REQUIRE(call_event(probe) == Code::ok);

  CHECK(mesh_json(platform, {"mesh", "drain", "event"})["number"] == 1);
  CHECK(call_event(probe) == Code::draining);
  const auto drained = rules_of(platform);
  REQUIRE(drained.size() == 1);
  CHECK(drained[0]["kind"] == "drain");
  CHECK(drained[0]["service"] == "event");
  CHECK(drained[0]["by"] == "ops");
  CHECK(platform.ctl({"services"}).out.find("draining") != std::string::npos);
  CHECK(platform.ctl({"mesh", "undrain", "event"}).status == 0);
  CHECK(call_event(probe) == Code::ok);

  CHECK(platform.ctl({"mesh", "fault", "event.*", "100", "--abort", "unavailable"}).status == 0);
  CHECK(call_event(probe) == Code::unavailable);
  CHECK(platform.ctl({"mesh", "fault", "event.*", "100", "--delay-ms", "300"}).status == 0);
  const auto began = SteadyClock::now();
  CHECK(call_event(probe) == Code::ok);
  CHECK(seconds_since(began) >= 0.29);
  CHECK(platform.ctl({"mesh", "fault", "event.*", "100", "--drop"}).status == 0);
  const auto dropped = call_event(probe, 400);
  CHECK((dropped == Code::deadline_queued || dropped == Code::deadline_inflight));

  CHECK(platform.ctl({"mesh", "limits", "probe", "--rate", "1"}).status == 0);
  CHECK(platform.ctl({"mesh", "weight", "event", "7"}).status == 0);
  CHECK(platform.ctl({"mesh", "canary", "event", "9.*", "5"}).status == 0);
  CHECK(platform.ctl({"mesh", "mirror", "event", "5", "--version", "9.*"}).status == 0);
  CHECK(rules_of(platform).size() == 5);
  CHECK(platform.ctl({"mesh", "clear"}).status == 0);
  CHECK(rules_of(platform).empty());
  CHECK(call_event(probe) == Code::ok);
  CHECK(platform.log().find("rule_set") != std::string::npos);
  CHECK(platform.log().find("rules_cleared") != std::string::npos);
}

TEST_CASE("biltenctl mesh says what is wrong with a rule, and shows examples", "[integration]") {
  Platform platform;
  const auto refused = platform.ctl({"mesh", "fault", "event.*", "50"});
  CHECK(refused.status == 1);
  CHECK(refused.out.find("/delay_ms") != std::string::npos);
  CHECK(platform.ctl({"mesh", "canary", "event", "1.*", "500"}).status == 1);
  CHECK(platform.ctl({"mesh", "drain", "event", "--worker", "nonsense"}).status == 64);
  CHECK(platform.ctl({"mesh", "clear", "99"}).status == 1);
  const auto help = run_program({binary("biltenctl"), "mesh", "canary", "--help"});
  CHECK(help.status == 0);
  CHECK(help.out.find("biltenctl mesh canary event") != std::string::npos);
  // Only operators may.
  Probe gateway(platform, {.principal = "gateway"});
  CHECK(gateway.call("$mesh.clear").code == Code::denied);
}

TEST_CASE("a watch of the services hears that one has gone, long before its budget ends",
          "[integration]") {
  Platform platform;
  Probe ops(platform, {.principal = "ops"});
  const auto now = decode<mesh::Services>(ops.call("$mesh.services").body);
  REQUIRE(now);
  auto waiting = std::async(std::launch::async, [&] {
    return ops.call("$mesh.services", encode(mesh::ServicesWatch{now->index}), 60'000);
  });
  platform.crash("user");
  const auto answer = waiting.get();
  REQUIRE(answer.code == Code::ok);
  CHECK(decode<mesh::Services>(answer.body)->index > now->index);
}
