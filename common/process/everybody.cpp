#include "common/process/everybody.h"

#include <set>

namespace bilten {

std::vector<Worker> everybody(const std::vector<std::optional<mesh::Services>>& told) {
  std::vector<Worker> all;
  std::set<std::pair<std::string, std::string>> known;
  for (uint32_t broker = 0; broker < told.size(); ++broker) {
    if (!told[broker]) continue;
    for (const auto& service : told[broker]->services) {
      for (const auto& worker : service.workers) {
        // What is said of another broker's is second hand.
        if (!worker.broker.empty()) continue;
        if (!known.emplace(service.service, worker.instance.view()).second) continue;
        all.push_back({service.service, worker.instance, broker});
      }
    }
  }
  return all;
}

net::Call question_to(const Worker& worker, std::string_view message, std::string body,
                      uint32_t budget_ms) {
  net::Call call;
  call.name = "$mesh.ask";
  const auto name = worker.service + "." + std::string(message);
  call.body = encode(mesh::Ask{worker.instance, name, {std::move(body)}});
  call.budget_ms = budget_ms;
  call.request_class = Class::bulk;
  call.idempotent = true;  // To the broker; it asks the worker once.
  call.wait_for_service = false;
  call.broker = worker.broker;
  return call;
}

}  // namespace bilten
