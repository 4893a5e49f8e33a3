#include "broker/ctl/merging.h"

#include <algorithm>
#include <map>

namespace bilten::ctl {
namespace {

void add_brokers_word(MergedWorker& merged, const mesh::WorkerInfo& told,
                      const std::string& broker) {
  const bool first_hand = told.broker.empty();
  if (merged.brokers.empty() || (first_hand && merged.second_hand)) {
    merged = {told, {first_hand ? broker : told.broker}, !first_hand};
    return;
  }
  if (!first_hand && !merged.second_hand) return;
  auto& info = merged.info;
  const auto& name = first_hand ? broker : told.broker;
  const bool is_new = std::ranges::count(merged.brokers, name) == 0;
  if (is_new) merged.brokers.push_back(name);
  // Second hand, its credit at one broker is told by each of the others.
  if (is_new) info.credit += told.credit;
  info.inflight += told.inflight;
  info.queue_ms = std::max(info.queue_ms, told.queue_ms);
  info.failures = std::max(info.failures, told.failures);
  info.draining |= told.draining;
  info.breaker_open |= told.breaker_open;
}

const mesh::ServiceLatency* latency_of(const Report& report, const std::string& service) {
  const auto& all = report.latency.services;
  const auto found = std::ranges::find(all, service, &mesh::ServiceLatency::service);
  return found == all.end() ? nullptr : &*found;
}

int64_t ended(const mesh::ServiceLatency& latency) {
  return latency.answered + latency.refused + latency.failed;
}

}  // namespace

std::vector<MergedService> merge_services(const std::vector<Told>& told) {
  std::map<std::string, MergedService> services;
  for (const auto& [address, report] : told) {
    if (!report) continue;
    for (const auto& service : report->services.services) {
      auto& merged = services[service.service];
      merged.service = service.service;
      if (merged.contract_hash.data.empty()) merged.contract_hash = service.contract_hash;
      for (const auto& worker : service.workers) {
        auto known = std::ranges::find_if(merged.workers, [&](const MergedWorker& each) {
          return each.info.instance == worker.instance;
        });
        if (known == merged.workers.end()) known = merged.workers.insert(known, MergedWorker{});
        add_brokers_word(*known, worker, report->info.name);
      }
    }
  }
  std::vector<MergedService> all;
  all.reserve(services.size());
  for (auto& [name, service] : services) all.push_back(std::move(service));
  return all;
}

MergedFigures merge_figures(const std::vector<Told>& told, const std::string& service) {
  MergedFigures sums;
  for (const auto& [address, report] : told) {
    const auto* latency = report ? latency_of(*report, service) : nullptr;
    if (latency == nullptr) continue;
    sums.answered += latency->answered;
    sums.refused += latency->refused;
    sums.failed += latency->failed;
    sums.queued += latency->queued;
    sums.at.push_back({report->info.name, *latency});
  }
  return sums;
}

std::optional<int64_t> ended_between(const std::vector<Told>& before, const std::vector<Told>& now,
                                     const std::string& service) {
  std::optional<int64_t> sum;
  for (size_t i = 0; i < std::min(before.size(), now.size()); ++i) {
    const auto& had = before[i].report;
    const auto& has = now[i].report;
    if (!had || !has || had->info.broker != has->info.broker) continue;
    const auto* then = latency_of(*had, service);
    const auto* later = latency_of(*has, service);
    if (then != nullptr && later != nullptr) sum = sum.value_or(0) + ended(*later) - ended(*then);
  }
  return sum;
}

}  // namespace bilten::ctl
