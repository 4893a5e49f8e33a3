// What bilten-events counts, for Prometheus.
#pragma once

#include "broker/events/gate.h"
#include "common/process/metrics.h"

namespace bilten::events {

class Figures {
 public:
  // As the gate stands; cheap enough for each turn.
  void take(const Gate& gate) {
    passed_.raise_to(static_cast<double>(gate.passed()));
    strangers_.raise_to(static_cast<double>(gate.strangers()));
    malformed_.raise_to(static_cast<double>(gate.malformed()));
  }

 private:
  Counter passed_ = counter("bilten_events_passed_total", "Publications fanned out.");
  Counter strangers_ = counter("bilten_events_strangers_total",
                               "Publications dropped: their topic is another principal's.");
  Counter malformed_ = counter("bilten_events_malformed_total",
                               "Publications dropped: they are no event of this protocol.");
};

}  // namespace bilten::events
