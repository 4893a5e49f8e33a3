// The broker's figures in Prometheus's text format, made when somebody asks.
#pragma once

#include <string>

#include "broker/counters.h"
#include "broker/registry.h"

namespace bilten::broker {

struct Totals {
  size_t peers = 0;
  uint32_t inflight = 0;
};

// Per service under the label `target`; `service` is left to whoever merges the texts.
std::string metrics_text(const Registry& registry, const Counters& counters, const Totals& totals);

}  // namespace bilten::broker
