// /metrics: whom the gateway asks, and one sound page of what they tell.
#include "gateway/metrics_page.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>

#include "common/wire/mesh_admin.h"
#include "tests/support/exposition.h"

using namespace bilten;
using namespace bilten::gateway;

namespace {

Id numbered(uint8_t number) {
  Id id;
  id.bytes[15] = number;
  return id;
}

// Brokers that know workers, each with its own figure and node.
struct SmallMesh {
  struct Process {
    std::string service, node;
    bool answers = true;
  };
  std::map<Id, Process> processes = {};
  std::vector<std::vector<Id>> joined = {};  // By broker.
  std::vector<bool> answers = {};            // By broker.

  CallService call() {
    return [this](const net::Call& call) { return answer(call); };
  }

 private:
  static net::Answer no() { return {Code::broker_lost, "", {Code::broker_lost, "", ""}}; }
  net::Answer answer(const net::Call& call) const {
    const uint32_t broker = call.broker.value();
    if (!answers[broker]) return no();
    if (call.name == "$mesh.services") return {Code::ok, encode(services(broker)), {}};
    if (call.name == "$mesh.metrics") return figures("broker" + std::to_string(broker));
    const auto wish = decode<mesh::Ask>(call.body);
    if (call.name != "$mesh.ask" || !wish) return no();
    const auto& process = processes.at(wish->worker);
    const bool is_here = std::ranges::count(joined[broker], wish->worker) > 0;
    if (!is_here || !process.answers || wish->name != process.service + ".$metrics") return no();
    return figures(process.node);
  }
  static net::Answer figures(const std::string& node) {
    return {Code::ok,
            encode(mesh::MetricsText{"# HELP up Is there.\n# TYPE up gauge\nup 1\n", node}),
            {}};
  }
  mesh::Services services(uint32_t broker) const {
    std::map<std::string, mesh::ServiceInfo> found;
    for (const auto& [id, process] : processes) {
      mesh::WorkerInfo worker;
      worker.instance = id;
      if (std::ranges::count(joined[broker], id) == 0) worker.broker = "another";
      found[process.service].workers.push_back(worker);
    }
    mesh::Services told;
    for (auto& [name, info] : found) {
      info.service = name;
      told.services.push_back(info);
    }
    return told;
  }
};

size_t times(const std::string& text, const std::string& words) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(words, at)) != std::string::npos; at += words.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("figures of several services are one exposition, each family once") {
  const auto text =
      merge_metrics({{"a", "# HELP x Words.\n# TYPE x counter\nx 1\nx{k=\"v\"} 2\n"},
                     {"b",
                      "# HELP x Words.\n# TYPE x counter\nx 3\n# HELP y H.\n# TYPE y histogram\n"
                      "y_bucket{le=\"1\"} 1\ny_sum 2\n"}});
  CHECK(text ==
        "# HELP x Words.\n# TYPE x counter\nx{service=\"a\"} 1\nx{service=\"a\",k=\"v\"} 2\n"
        "x{service=\"b\"} 3\n# HELP y H.\n# TYPE y histogram\ny_bucket{service=\"b\",le=\"1\"} 1\n"
        "y_sum{service=\"b\"} 2\n");
  // A node's name, which comes from outside, cannot break out of its label.
  CHECK(merge_metrics({{"a", "# TYPE x counter\nx{k=\"v\"} 2\n", "one\"} 1\n"}}) ==
        "# TYPE x counter\nx{service=\"a\",node=\"one_}_1_\",k=\"v\"} 2\n");
}

TEST_CASE("every broker and every worker is asked once, and those of one name are told apart") {
  SmallMesh mesh{.processes = {{numbered(1), {"gateway", "host-b"}},
                               {numbered(2), {"events", "host-a"}},
                               {numbered(3), {"events", "host-a"}},
                               {numbered(4), {"user", ""}},
                               {numbered(9), {"gateway", ""}}},  // This one.
                 .joined = {{numbered(1), numbered(2), numbered(4), numbered(9)},
                            {numbered(1), numbered(2), numbered(3), numbered(9)}},
                 .answers = {true, true}};
  const auto page = gather_metrics(mesh.call(), {2, numbered(9)}, SystemClock());
  INFO(page);
  for (const char* line :
       {"up{service=\"broker\",node=\"broker0\"} 1\n",
        "up{service=\"broker\",node=\"broker1\"} 1\n",
        "up{service=\"gateway\",node=\"host-b\"} 1\n", "up{service=\"user\"} 1\n",
        "up{service=\"events\",node=\"host-a\",worker=\"000000000002\"} 1\n",
        "up{service=\"events\",node=\"host-a\",worker=\"000000000003\"} 1\n"}) {
    INFO(line);
    CHECK(times(page, line) == 1);
  }
  CHECK(times(page, "\nup{") == 6);
  CHECK(page.find("bilten_metrics_silent{service=\"gateway\"") != std::string::npos);
  CHECK(test::exposition_faults(page) == std::vector<std::string>{});
}

TEST_CASE("who does not answer is left out of the page, and counted") {
  SmallMesh mesh{.processes = {{numbered(1), {"events", "host-a"}},
                               {numbered(2), {"events", "host-b", false}}},
                 .joined = {{numbered(1), numbered(2)}, {numbered(1), numbered(2)}},
                 .answers = {false, true}};
  const auto page = gather_metrics(mesh.call(), {2, numbered(9)}, SystemClock());
  INFO(page);
  CHECK(times(page, "\nup{") == 2);
  CHECK(page.find("up{service=\"events\",node=\"host-a\"} 1\n") != std::string::npos);
  const auto at = page.find("bilten_metrics_silent{");
  REQUIRE(at != std::string::npos);
  CHECK(page.substr(page.find("} ", at), 4) == "} 2\n");
}

TEST_CASE("workers that never answer do not keep the page beyond its time") {
  struct SlowClock final : Clock {
    mutable std::atomic<SteadyMicros> now{0};
    SteadyMicros steady_us() const override { return now; }
    UnixMillis wall_ms() const override { return 0; }
  } clock;
  SmallMesh mesh{.joined = {{}}, .answers = {true}};
  for (uint8_t i = 0; i < 200; ++i) {
    mesh.processes[numbered(i)] = {"events", "", false};
    mesh.joined[0].push_back(numbered(i));
  }
  std::atomic<int> asked{0}, too_patient{0};
  const auto inner = mesh.call();
  gather_metrics(
      [&](net::Call call) {
        if (call.name == "$mesh.ask") {
          ++asked;
          clock.now += 125'000;  // Eight at a time: a second for all of them.
          too_patient += call.budget_ms > 1000;
        }
        return inner(std::move(call));
      },
      {1, numbered(250)}, clock);
  CHECK(asked >= 40);
  CHECK(asked <= 48);
  CHECK(too_patient == 0);
}
