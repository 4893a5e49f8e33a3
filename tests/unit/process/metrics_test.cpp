// Metrics in the Prometheus text format.
#include "common/process/metrics.h"

#include <catch2/catch.hpp>
#include <thread>

namespace bilten {

TEST_CASE("counters, gauges and histograms stand in the text", "[process]") {
  auto sold = counter("test_sold_total", "Tickets sold.", {{"kind", "free \"x\""}});
  sold.add();
  sold.add(2);
  CHECK(sold.value() == 3);
  gauge("test_depth", "Queue depth.").set(7);
  histogram("test_seconds", "Time taken.").observe(0.0003);

  const auto text = metrics_text();
  for (const char* line : {"# HELP test_sold_total Tickets sold.", "# TYPE test_sold_total counter",
                           R"(test_sold_total{kind="free \"x\""} 3)", "test_depth 7",
                           "# TYPE test_seconds histogram", "test_seconds_bucket{le=\"0.0005\"} 1",
                           "test_seconds_bucket{le=\"10\"} 1", "test_seconds_count 1"}) {
    INFO(line);
    CHECK(text.find(line) != std::string::npos);
  }
}

TEST_CASE("the same name and labels are the same metric", "[process]") {
  auto first = counter("test_same_total", "Same.", {{"a", "1"}});
  auto again = counter("test_same_total", "Same.", {{"a", "1"}});
  auto other = counter("test_same_total", "Same.", {{"a", "2"}});
  first.add();
  CHECK(again.value() == 1);
  CHECK(other.value() == 0);
}

TEST_CASE("a counter that is raised to a total never falls", "[process]") {
  auto raised = counter("test_raised_total", "Raised.");
  raised.raise_to(5);
  raised.raise_to(3);
  CHECK(raised.value() == 5);
  raised.raise_to(8);
  CHECK(raised.value() == 8);
}

TEST_CASE("a metric that was never created counts nothing", "[process]") {
  Counter none;
  none.add();
  CHECK(none.value() == 0);
  Gauge{}.set(1);
  Histogram{}.observe(1);
}

TEST_CASE("threads lose no count", "[process]") {
  auto shared = counter("test_shared_total", "Shared.");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) shared.add();
      metrics_text();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(shared.value() == 40'000);
}

TEST_CASE("a process tells its start, version, memory, descriptors and CPU time", "[process]") {
  const auto text = metrics_text();
  for (const char* name :
       {"process_start_time_seconds 1", "bilten_build_info{version=\"0.1.0\"} 1",
        "process_resident_memory_bytes ", "process_open_fds ", "process_cpu_seconds_total "}) {
    INFO(name);
    CHECK(text.find(name) != std::string::npos);
  }
  CHECK(text.find("process_open_fds 0") == std::string::npos);
  CHECK(text.find("process_resident_memory_bytes 0") == std::string::npos);
}

}  // namespace bilten
