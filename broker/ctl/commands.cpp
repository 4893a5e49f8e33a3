#include "broker/ctl/commands.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "broker/ctl/json.h"
#include "common/base/text.h"
#include "common/wire/mesh_admin.h"

namespace bilten::ctl {
namespace {

constexpr uint32_t kWatchBudgetMs = 1000;

std::string short_id(const Id& id) {
  return id.text().substr(24);
}

// What keeps work away from it.
std::string state_of(const mesh::WorkerInfo& worker) {
  if (worker.breaker_open) return "breaker open";
  return worker.draining ? "draining" : "";
}

void print(const Session& session, const mesh::Services& found) {
  if (session.as_json) return print_json(json_of(encode(found), schema_of<mesh::Services>()));
  std::vector<std::vector<std::string>> rows{{"SERVICE", "WORKER", "VERSION", "OWNER", "WEIGHT",
                                              "CREDIT", "INFLIGHT", "QUEUE", "FAILED", "CONTRACT",
                                              "STATE"}};
  for (const auto& service : found.services) {
    const auto contract = hex(service.contract_hash.data).substr(0, 8);
    if (service.workers.empty()) {
      rows.push_back({service.service, "(away)", "", "", "", "", "", "", "", contract, ""});
    }
    for (const auto& worker : service.workers) {
      rows.push_back({service.service, short_id(worker.instance), worker.version,
                      worker.owner ? "yes" : "no", std::to_string(worker.weight),
                      std::to_string(worker.credit), std::to_string(worker.inflight),
                      std::to_string(worker.queue_ms) + " ms",
                      std::to_string(worker.failures / 10) + " %", contract, state_of(worker)});
    }
  }
  print_table(rows);
}

}  // namespace

int services(const Session& session) {
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  auto found = ask<mesh::Services>(**link, "$mesh.services");
  if (!found) return report(session, found.error());
  print(session, *found);
  return kExitOk;
}

int watch_services(const Session& session, Process& process) {
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  int64_t seen = 0;
  while (!process.stopping()) {
    // Short, so that Ctrl-C is soon seen.
    const auto answer =
        (*link)->call("$mesh.services", encode(mesh::ServicesWatch{seen}), kWatchBudgetMs);
    if (answer.code != Code::ok) return report(session, answer.error);
    const auto found = decode<mesh::Services>(answer.body);
    if (!found) return report(session, found.error());
    if (found->index == seen) continue;
    seen = found->index;
    print(session, *found);
    std::fflush(stdout);
  }
  return kExitOk;
}

int status(const Session& session) {
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  auto info = ask<mesh::Info>(**link, "$mesh.info");
  if (!info) return report(session, info.error());
  auto stats = ask<mesh::Stats>(**link, "$mesh.stats");
  if (!stats) return report(session, stats.error());
  if (session.as_json) {
    auto out = json_of(encode(*info), schema_of<mesh::Info>());
    for (const auto& counter : stats->counters) out["counters"][counter.name] = counter.value;
    print_json(out);
    return kExitOk;
  }
  print_table({{"broker", info->name + " " + info->broker.text()},
               {"build", info->build},
               {"since", rfc3339(info->started_at.ms)},
               {"peers", std::to_string(info->peers)},
               {"in flight", std::to_string(info->inflight)},
               {"queued", std::to_string(info->queued)},
               {"draining", info->draining ? "yes" : "no"}});
  for (const auto& counter : stats->counters) {
    if (counter.value != 0) {
      std::printf("%10lld  %s\n", static_cast<long long>(counter.value), counter.name.c_str());
    }
  }
  return kExitOk;
}

int call(const Session& session, const std::string& service, const std::string& method,
         const std::string& json, uint32_t budget_ms) {
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  const std::string name = service + "." + method;
  // The broker's own messages and those of every runtime have no entry in a contract.
  MessageDescription description;
  const bool from_runtime =
      method.starts_with("$") || method.starts_with("journal.") || method.starts_with("feeds.");
  if (service != "$mesh" && !from_runtime) {
    auto contract = (*link)->contract(service);
    if (!contract) return report(session, contract.error());
    std::string known;
    for (auto& message : contract->messages) {
      known += " " + message.name.substr(service.size() + 1);
      if (message.name == name) description = std::move(message);
    }
    if (description.name.empty()) {
      return report(session, {Code::not_found, "unknown_method",
                              service + " has no " + method + "; it has" + known});
    }
  }
  auto body = pack_json(json, description.request);
  if (!body) return report(session, body.error());
  auto answer = (*link)->call(name, std::move(*body), budget_ms);
  if (answer.code != Code::ok) return report(session, answer.error);
  print_json(json_of(answer.body, description.answer));
  return kExitOk;
}

}  // namespace bilten::ctl
