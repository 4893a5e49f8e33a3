#include "tests/support/probe.h"

#include <catch2/catch.hpp>

#include "common/wire/mesh_admin.h"

namespace bilten::test {

Probe::Probe(const Platform& platform, Options options) {
  net::MeshOptions made;
  made.brokers = {platform.setting("brokers")};
  if (options.publishes) made.events_publish = platform.setting("events_publish");
  if (!options.topics.empty()) made.events_subscribe = platform.setting("events_subscribe");
  auto keys = net::load_keys(platform.setting("keys"), options.principal);
  REQUIRE(keys);
  made.keys = std::move(*keys);
  made.services = std::move(options.services);
  made.topics = std::move(options.topics);
  mesh_ = std::make_unique<net::Mesh>(context_, std::move(made), std::move(options.handlers),
                                      clock_, random_);
  REQUIRE(mesh_->start());
}

net::Answer Probe::call(const std::string& name, std::string body, uint32_t budget_ms) {
  net::Call call;
  call.name = name;
  call.body = std::move(body);
  call.budget_ms = budget_ms;
  call.wait_for_service = false;
  return mesh_->call_and_wait(std::move(call));
}

int64_t broker_counter(Probe& probe, const std::string& name) {
  auto answer = probe.call("$mesh.stats");
  REQUIRE(answer.code == Code::ok);
  auto stats = decode<mesh::Stats>(answer.body);
  REQUIRE(stats);
  for (const auto& counter : stats->counters) {
    if (counter.name == name) return counter.value;
  }
  return 0;
}

double figure(Probe& probe, const std::string& service, const std::string& series) {
  net::Answer answer;
  // Whoever has just started joins a moment after it is up.
  REQUIRE(wait_until([&] {
    answer = probe.call(service + ".$metrics");
    return answer.code == Code::ok;
  }));
  const auto told = decode<mesh::MetricsText>(answer.body);
  REQUIRE(told);
  const auto at = told->text.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::stod(told->text.substr(at + series.size() + 2));
}

}  // namespace bilten::test
