// One mesh out of what several brokers tell: each worker once, sums where a sum is true. What it is
// not (quantiles) stays the broker's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/ctl/brokers.h"

namespace bilten::ctl {

// A worker with all its brokers: credit and requests in flight are sums over those that it joined,
// since it divides its credit among them; of load, failures and state the worst is shown.
struct MergedWorker {
  mesh::WorkerInfo info;
  std::vector<std::string> brokers;  // Names of those that it joined.
  bool second_hand = true;           // None of those has answered: it is known from another.
};
struct MergedService {
  std::string service;
  Bytes contract_hash;
  std::vector<MergedWorker> workers;  // Empty: away.
};
// Services by name, workers as they were told first.
std::vector<MergedService> merge_services(const std::vector<Told>& told);

// How a service's requests fare. A request that one broker forwarded to another counts at both.
struct MergedFigures {
  int64_t answered = 0, refused = 0, failed = 0, queued = 0;
  struct At {
    std::string broker;  // Its name.
    mesh::ServiceLatency latency;
  };
  std::vector<At> at;
};
MergedFigures merge_figures(const std::vector<Told>& told, const std::string& service);

// Requests of the service that ended between two looks, over the brokers that answered both and did
// not restart between them; nothing: there is no such broker.
std::optional<int64_t> ended_between(const std::vector<Told>& before, const std::vector<Told>& now,
                                     const std::string& service);

}  // namespace bilten::ctl
