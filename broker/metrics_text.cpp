#include "broker/metrics_text.h"

#include <algorithm>
#include <array>
#include <functional>

namespace bilten::broker {
namespace {

constexpr auto kBoundsUs =
    std::to_array<SteadyMicros>({250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000,
                                 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000});

std::string seconds(SteadyMicros micros) {
  auto fraction = std::to_string(1'000'000 + micros % 1'000'000).substr(1);
  while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
  return std::to_string(micros / 1'000'000) + "." + fraction;
}

class Page {
 public:
  void family(const std::string& name, const char* type, const std::string& help) {
    name_ = "bilten_broker_" + name;
    text_ += "# HELP " + name_ + " " + help + "\n# TYPE " + name_ + " " + type + "\n";
  }
  void sample(const std::string& suffix, const std::string& labels, const std::string& value) {
    text_ += name_ + suffix + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n";
  }
  void single(const std::string& name, const char* type, const std::string& help, uint64_t value) {
    family(name, type, help);
    sample("", "", std::to_string(value));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

// Names of services are words: no label needs escaping.
std::string target(const Service& service) {
  return "target=\"" + service.name + "\"";
}

void add_latency(Page& page, const Service& service) {
  const auto& total = service.figures.total();
  const auto label = target(service);
  for (const auto bound : kBoundsUs) {
    page.sample("_bucket", label + ",le=\"" + seconds(bound) + "\"",
                std::to_string(total.count_to(bound)));
  }
  page.sample("_bucket", label + ",le=\"+Inf\"", std::to_string(total.count()));
  page.sample("_sum", label, seconds(total.sum()));
  page.sample("_count", label, std::to_string(total.count()));
}

void add_answers(Page& page, const Service& service) {
  const auto& figures = service.figures;
  const auto sample = [&](const char* outcome, uint64_t value) {
    page.sample("", target(service) + ",outcome=\"" + outcome + "\"", std::to_string(value));
  };
  sample("ok", figures.answered);
  sample("refused", figures.refused);
  sample("failed", figures.failed);
}

uint64_t inflight_of(const Service& service) {
  uint64_t sum = 0;
  for (const Claim* claim : service.workers) sum += claim->inflight;
  return sum;
}

uint64_t credit_of(const Service& service) {
  uint64_t sum = 0;
  for (const Claim* claim : service.workers) sum += claim->told.credit;
  return sum;
}

}  // namespace

std::string metrics_text(const Registry& registry, const Counters& counters, const Totals& totals) {
  Page page;
  for (const auto& [name, member] : Counters::list()) {
    std::string words(name);
    std::replace(words.begin(), words.end(), '_', ' ');
    page.single(std::string(name) + "_total", "counter", "Counted by the broker: " + words + ".",
                counters.*member);
  }
  page.single("peers", "gauge", "Connections that have joined.", totals.peers);
  page.single("requests_in_flight", "gauge", "Requests under way.", totals.inflight);
  const auto by_service = [&](const std::function<void(const Service&)>& add) {
    for (const auto& [name, service] : registry.services()) add(service);
  };
  const auto gauge = [&](const char* name, const char* help, uint64_t (*of)(const Service&)) {
    page.family(name, "gauge", help);
    by_service([&](const Service& service) {
      page.sample("", target(service), std::to_string(of(service)));
    });
  };
  gauge("workers", "Workers that serve.", [](const Service& s) { return s.workers.size(); });
  gauge("worker_credit", "Requests that the workers take at once.", credit_of);
  gauge("worker_requests_in_flight", "Requests at the workers.", inflight_of);
  gauge("queue_depth", "Requests that wait for a worker.",
        [](const Service& s) { return uint64_t{s.queue.size()}; });
  page.family("answers_by_service_total", "counter", "Requests answered, by service and outcome.");
  by_service([&](const Service& service) { add_answers(page, service); });
  page.family("request_seconds", "histogram", "From a request's arrival to its answer.");
  by_service([&](const Service& service) { add_latency(page, service); });
  return page.take();
}

}  // namespace bilten::broker
