// The metrics of this process, in one prometheus-cpp registry.
#include "common/process/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/process/program.h"

namespace bilten {
namespace {

// What the process says of itself, under the names every Prometheus dashboard knows.
struct ProcessGauges {
  explicit ProcessGauges(prometheus::Registry& registry)
      : resident(add(registry, "process_resident_memory_bytes", "Memory in use.")),
        descriptors(add(registry, "process_open_fds", "Open file descriptors.")),
        cpu(prometheus::BuildCounter()
                .Name("process_cpu_seconds_total")
                .Help("CPU time used, in seconds.")
                .Register(registry)
                .Add({})) {
    add(registry, "process_start_time_seconds", "When the process started.")
        .Set(static_cast<double>(SystemClock().wall_ms()) / 1000);
    prometheus::BuildGauge()
        .Name("bilten_build_info")
        .Help("Version of the program; the value is always 1.")
        .Register(registry)
        .Add({{"version", kVersion}})
        .Set(1);
  }

  void refresh() {
    const std::lock_guard lock(mutex);
    std::ifstream statm("/proc/self/statm");
    double total_pages = 0;
    double resident_pages = 0;
    statm >> total_pages >> resident_pages;
    resident.Set(resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));

    std::error_code ignored;
    const auto listed = std::filesystem::directory_iterator("/proc/self/fd", ignored);
    descriptors.Set(static_cast<double>(std::distance(begin(listed), end(listed))));

    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    cpu.Increment(seconds(usage.ru_utime) + seconds(usage.ru_stime) - cpu.Value());
  }

 private:
  static prometheus::Gauge& add(prometheus::Registry& registry, const char* name,
                                const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  prometheus::Gauge& resident;
  prometheus::Gauge& descriptors;
  prometheus::Counter& cpu;
  std::mutex mutex;
};

struct Metrics {
  prometheus::Registry registry;
  ProcessGauges process{registry};
};

// Never destroyed: threads may count while the process ends.
Metrics& metrics() {
  static auto* const only = new Metrics;
  return *only;
}

// The same name and labels again are the same metric; a name of another kind is our own mistake.
template <class Builder, class... More>
void* created(Builder builder, const std::string& name, const std::string& help,
              const MetricLabels& labels, const More&... more) {
  try {
    const std::map<std::string, std::string> by_name(labels.begin(), labels.end());
    return &builder.Name(name).Help(help).Register(metrics().registry).Add(by_name, more...);
  } catch (const std::exception&) {
    return nullptr;
  }
}

const std::vector<double> kBuckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

}  // namespace

void Counter::add(double amount) {
  if (handle) static_cast<prometheus::Counter*>(handle)->Increment(amount);
}
void Counter::raise_to(double total) {
  static std::mutex mutex;  // Two who raise at once would add the difference twice.
  const std::lock_guard lock(mutex);
  if (total > value()) add(total - value());
}
double Counter::value() const {
  return handle ? static_cast<const prometheus::Counter*>(handle)->Value() : 0;
}
void Gauge::set(double value) {
  if (handle) static_cast<prometheus::Gauge*>(handle)->Set(value);
}
void Histogram::observe(double seconds) {
  if (handle) static_cast<prometheus::Histogram*>(handle)->Observe(seconds);
}

Counter counter(const std::string& name, const std::string& help, const MetricLabels& labels) {
  Counter made;
  made.handle = created(prometheus::BuildCounter(), name, help, labels);
  CHECK_INVARIANT(made.handle != nullptr);
  return made;
}

Gauge gauge(const std::string& name, const std::string& help, const MetricLabels& labels) {
  Gauge made;
  made.handle = created(prometheus::BuildGauge(), name, help, labels);
  CHECK_INVARIANT(made.handle != nullptr);
  return made;
}

Histogram histogram(const std::string& name, const std::string& help, const MetricLabels& labels) {
  Histogram made;
  made.handle = created(prometheus::BuildHistogram(), name, help, labels, kBuckets);
  CHECK_INVARIANT(made.handle != nullptr);
  return made;
}

void start_process_metrics() {
  metrics();
}

std::string metrics_text() {
  metrics().process.refresh();
  return prometheus::TextSerializer().Serialize(metrics().registry.Collect());
}

}  // namespace bilten
