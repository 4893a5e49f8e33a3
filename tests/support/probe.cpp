#include "tests/support/probe.h"

#include <catch2/catch.hpp>
#include <future>

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

ServiceClaim claim_of(const std::string& service, char hash) {
  ServiceClaim made;
  made.service = service;
  made.version = "1";
  made.credit = 16;
  if (hash != 0) made.contract_hash.data = std::string(16, hash);
  return made;
}

std::unique_ptr<Probe> worker_of(const Platform& platform, ServiceClaim claim,
                                 std::function<std::string(const net::Incoming&)> answer) {
  std::promise<net::Mesh*> known;  // Requests may come before the probe is made.
  Probe::Options options;
  options.services = {std::move(claim)};
  options.handlers.on_requests = [mesh = known.get_future().share(),
                                  answer = std::move(answer)](std::vector<net::Incoming> requests) {
    std::vector<net::Mesh::Reply> replies;
    for (auto& request : requests) {
      replies.push_back({request.link, request.generation, request.header.id, answer(request)});
    }
    mesh.get()->reply(std::move(replies));
  };
  auto probe = std::make_unique<Probe>(platform, std::move(options));
  known.set_value(&probe->mesh());
  return probe;
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
