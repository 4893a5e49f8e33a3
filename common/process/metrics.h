// Counters, gauges and histograms of a process (prometheus-cpp core). Creating one is slow, using
// it is a relaxed atomic: create them once, at start.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bilten {

class Counter {
 public:
  void add(double amount = 1);
  // For what is counted elsewhere and never falls: shown as it stands there.
  void raise_to(double total);
  double value() const;
  void* handle = nullptr;
};
class Gauge {
 public:
  void set(double value);
  void* handle = nullptr;
};
class Histogram {
 public:
  void observe(double seconds);
  void* handle = nullptr;
};

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

Counter counter(const std::string& name, const std::string& help, const MetricLabels& labels = {});
Gauge gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {});
// Buckets from 100 us to 10 s.
Histogram histogram(const std::string& name, const std::string& help,
                    const MetricLabels& labels = {});

// Begins the process's own metrics (start, version, memory, descriptors, CPU); run() does it.
void start_process_metrics();
// The Prometheus text exposition format, version 0.0.4.
std::string metrics_text();

}  // namespace bilten
