// /metrics: the gateway's own figures and those of every daemon it can reach, as one valid
// exposition: a family stands once, and every sample says whose it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/contracts.h"

namespace bilten::gateway {

// One process's figures in the Prometheus format 0.0.4.
struct MetricText {
  std::string service, text;
  std::string node = {};  // As mesh::MetricsText has it.
};

// Gathers families of one name and gives each sample the labels `service` and, where there is one,
// `node`.
std::string merge_metrics(const std::vector<MetricText>& texts);

// Asks every reachable service; one that does not answer within a second is left out.
std::string gather_metrics(const Contracts& contracts, const CallService& call);

}  // namespace bilten::gateway
