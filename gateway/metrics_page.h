// /metrics: the gateway's own figures and those of every daemon it can reach, as one valid
// exposition: a family stands once, and every sample says whose it is.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/contracts.h"

namespace bilten::gateway {

// (service, text in the Prometheus format 0.0.4)
using MetricTexts = std::vector<std::pair<std::string, std::string>>;

// Gathers families of one name and gives each sample the label `service`.
std::string merge_metrics(const MetricTexts& texts);

// Asks every reachable service; one that does not answer within a second is left out.
std::string gather_metrics(const Contracts& contracts, const CallService& call);

}  // namespace bilten::gateway
