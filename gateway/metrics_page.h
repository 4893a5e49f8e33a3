// /metrics: the figures of every process that the gateway can reach, as one valid exposition: a
// family stands once, and every sample says whose it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "gateway/contracts.h"

namespace bilten::gateway {

// One process's figures in the Prometheus format 0.0.4.
struct MetricText {
  std::string service, text;
  std::string node = {};    // As mesh::MetricsText has it.
  std::string worker = {};  // Which of several that share service and node; else empty.
};

// Gathers families of one name and gives each sample the labels `service` and, where there is one,
// `node` and `worker`.
std::string merge_metrics(const std::vector<MetricText>& texts);

// Where the gateway stands in the mesh.
struct Surroundings {
  uint32_t brokers = 1;  // How many it is told of.
  Id self;               // Its own instance, which is not asked.
};
// Asks every broker and every worker. Who has not answered within a second, or five seconds after
// the beginning, is left out and counted; so is what is beyond 500 processes or 16 MiB.
std::string gather_metrics(const CallService& call, const Surroundings& around, const Clock& clock);

}  // namespace bilten::gateway
