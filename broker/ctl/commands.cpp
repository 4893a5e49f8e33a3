#include "broker/ctl/commands.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "broker/ctl/json.h"
#include "broker/ctl/merging.h"
#include "common/base/text.h"

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

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

// With one broker its answer as it is; of several each worker once, with the brokers it joined.
nlohmann::json json_of_services(const std::vector<Told>& told) {
  if (told.size() == 1) {
    return json_of(encode(told[0].report->services), schema_of<mesh::Services>());
  }
  nlohmann::json out{{"brokers", json_of_brokers(told)}, {"services", nlohmann::json::array()}};
  for (const auto& [name, hash, workers] : merge_services(told)) {
    auto service =
        json_of(encode(mesh::ServiceInfo{name, hash, {}}), schema_of<mesh::ServiceInfo>());
    for (const auto& worker : workers) {
      auto row = json_of(encode(worker.info), schema_of<mesh::WorkerInfo>());
      row.erase("broker");
      row["brokers"] = worker.brokers;
      service["workers"].push_back(std::move(row));
    }
    out["services"].push_back(std::move(service));
  }
  return out;
}

void print_services(const Session& session, const std::vector<Told>& told) {
  if (session.as_json) return print_json(json_of_services(told));
  const bool are_several = told.size() > 1;
  std::vector<std::vector<std::string>> rows{{"SERVICE", "WORKER", "VERSION", "OWNER", "WEIGHT",
                                              "CREDIT", "INFLIGHT", "QUEUE", "FAILED", "CONTRACT",
                                              "STATE"}};
  if (are_several) rows[0].emplace_back("BROKERS");
  for (const auto& [name, hash, workers] : merge_services(told)) {
    const auto contract = hex(hash.data).substr(0, 8);
    if (workers.empty()) rows.push_back({name, "(away)", "", "", "", "", "", "", "", contract, ""});
    for (const auto& [worker, brokers, second_hand] : workers) {
      rows.push_back({name, short_id(worker.instance), worker.version, worker.owner ? "yes" : "no",
                      std::to_string(worker.weight), std::to_string(worker.credit),
                      std::to_string(worker.inflight), std::to_string(worker.queue_ms) + " ms",
                      std::to_string(worker.failures / 10) + " %", contract, state_of(worker)});
      if (are_several) rows.back().push_back(joined(brokers));
    }
  }
  print_table(rows);
  say_silent(told);
}

// One broker's own figures; `counters` as one object.
struct Standing {
  mesh::Info info;
  mesh::Stats stats;
};

nlohmann::json json_of_standing(const Standing& standing) {
  auto out = json_of(encode(standing.info), schema_of<mesh::Info>());
  for (const auto& counter : standing.stats.counters) out["counters"][counter.name] = counter.value;
  return out;
}

void print_standing(const Standing& standing) {
  const auto& info = standing.info;
  print_table({{"broker", info.name + " " + info.broker.text()},
               {"build", info.build},
               {"since", rfc3339(info.started_at.ms)},
               {"peers", std::to_string(info.peers)},
               {"in flight", std::to_string(info.inflight)},
               {"queued", std::to_string(info.queued)},
               {"draining", info.draining ? "yes" : "no"}});
  for (const auto& counter : standing.stats.counters) {
    if (counter.value != 0) {
      std::printf("%10lld  %s\n", static_cast<long long>(counter.value), counter.name.c_str());
    }
  }
}

}  // namespace

int services(const Session& session) {
  auto brokers = Brokers::open(session.mesh);
  if (!brokers) return report(session, brokers.error());
  const auto told = ask_reports(*brokers);
  const auto answered = first_answer(told);
  if (!answered) return report(session, answered.error());
  print_services(session, told);
  return kExitOk;
}

// Each broker tells as soon as it has something new, and all after a second: so soon a change at
// one is seen, and Ctrl-C.
int watch_services(const Session& session, Process& process) {
  auto brokers = Brokers::open(session.mesh);
  if (!brokers) return report(session, brokers.error());
  std::vector<std::optional<int64_t>> seen(brokers->size());
  while (!process.stopping()) {
    const auto fresh = brokers->each<mesh::Services>([&](size_t broker) -> Result<mesh::Services> {
      const auto since = encode(mesh::ServicesWatch{seen[broker].value_or(0)});
      const auto answer = brokers->link(broker).call("$mesh.services", since, kWatchBudgetMs);
      if (answer.code != Code::ok) return answer.error;
      return decode<mesh::Services>(answer.body);
    });
    std::vector<std::optional<int64_t>> now(brokers->size());
    for (size_t i = 0; i < fresh.size(); ++i) {
      if (fresh[i]) now[i] = fresh[i]->index;
    }
    if (now == decltype(now)(now.size())) return report(session, fresh[0].error());
    if (std::exchange(seen, now) == now) continue;
    const auto told = ask_reports(*brokers);
    const auto answered = first_answer(told);
    if (!answered) return report(session, answered.error());
    print_services(session, told);
    std::fflush(stdout);
  }
  return kExitOk;
}

int status(const Session& session) {
  auto brokers = Brokers::open(session.mesh);
  if (!brokers) return report(session, brokers.error());
  const auto all = brokers->each<Standing>([&](size_t broker) -> Result<Standing> {
    auto info = brokers->ask_one<mesh::Info>(broker, "$mesh.info");
    if (!info) return info.error();
    auto stats = brokers->ask_one<mesh::Stats>(broker, "$mesh.stats");
    if (!stats) return stats.error();
    return Standing{std::move(*info), std::move(*stats)};
  });
  if (std::ranges::none_of(all, [](const auto& each) { return bool(each); })) {
    return report(session, all[0].error());
  }
  auto list = nlohmann::json::array();
  for (size_t i = 0; i < all.size(); ++i) {
    if (session.as_json) {
      auto told = all[i] ? json_of_standing(*all[i])
                         : nlohmann::json{{"error", why_silent(all[i].error())}};
      told["address"] = brokers->address(i);
      list.push_back(std::move(told));
      continue;
    }
    if (i > 0) std::printf("\n");
    if (all[i]) print_standing(*all[i]);
    if (!all[i]) {
      print_table({{"broker", brokers->address(i) + " " + why_silent(all[i].error())}});
    }
  }
  if (session.as_json) print_json(list.size() == 1 ? list[0] : nlohmann::json{{"brokers", list}});
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
