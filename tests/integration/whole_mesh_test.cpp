// What an operator of several machines sees from one place: two brokers, two gateways, and each
// process once.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "tests/support/api.h"
#include "tests/support/exposition.h"
#include "tests/support/program.h"

using namespace bilten;
using namespace bilten::test;

namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

std::string at(int port) {
  return "tcp://127.0.0.1:" + std::to_string(port);
}

// The platform, whose programs know of two brokers, and beside it the second broker and a gateway.
struct TwoMachines {
  const int port = free_port(), other_port = free_port(), http_port = free_port();
  const std::string brokers = at(port) + "," + at(other_port);
  Platform platform{{.extra = {"--set", "mesh.brokers=" + brokers, "--set", "broker.name=one"},
                     .mesh_port = port}};
  std::unique_ptr<RunningProgram> broker, gateway;

  TwoMachines() {
    broker = run("bilten-broker", {"broker.listen=" + at(other_port), "broker.name=two"});
    gateway = run("bilten-gateway", {"gateway.listen=127.0.0.1:" + std::to_string(http_port),
                                     "mesh.brokers=" + brokers});
    REQUIRE(wait_until([&] { return serves_all(url()); }, 20));
    REQUIRE(wait_until([&] { return all_joined(); }, 20));
  }
  // The second gateway's.
  std::string url() const { return "http://127.0.0.1:" + std::to_string(http_port); }
  Finished ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--set", "mesh.brokers=" + brokers});
    return platform.ctl(words);
  }
  json told(std::vector<std::string> words) const {
    words.insert(words.begin(), {"-o", "json"});
    const auto finished = ctl(words);
    INFO(finished.out);
    REQUIRE(finished.status == 0);
    auto parsed = json::parse(finished.out, nullptr, false);
    REQUIRE(!parsed.is_discarded());
    return parsed;
  }

 private:
  std::unique_ptr<RunningProgram> run(const std::string& program,
                                      const std::vector<std::string>& sets) const {
    std::vector<std::string> command{binary(program), "--config", platform.config()};
    for (const auto& set : sets) command.insert(command.end(), {"--set", set});
    return std::make_unique<RunningProgram>(command);
  }
  // Every worker is at both brokers, and there are seven of them.
  bool all_joined() const {
    size_t workers = 0;
    const auto found = told({"services"});
    for (const auto& service : found["services"]) {
      for (const auto& worker : service["workers"]) {
        if (worker["brokers"].size() != 2) return false;
        ++workers;
      }
    }
    return workers == 7;
  }
};

json of_service(const json& look, const std::string& name) {
  for (const auto& each : look["services"]) {
    if (each["service"] == name) return each;
  }
  FAIL("no service " << name);
  return {};
}

size_t times(const std::string& text, const std::string& words) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(words, at)) != std::string::npos; at += words.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("two brokers and two gateways are seen as one mesh, each process once", "[integration]") {
  TwoMachines machines;
  const auto look = machines.told({"top", "--once"});
  REQUIRE(look["brokers"].size() == 2);
  CHECK(look["brokers"][0]["name"] == "one");
  CHECK(look["brokers"][1]["name"] == "two");
  for (const char* name : {"user", "event", "ticket", "payment", "events"}) {
    INFO(name);
    CHECK(of_service(look, name)["workers"] == 1);
    CHECK(of_service(look, name)["at"].size() == 2);
  }
  CHECK(of_service(look, "gateway")["workers"] == 2);
  CHECK(of_service(look, "events")["credit"] == 16);  // Its whole window, half of it at each.
  CHECK(look["readers"].size() == 7);  // Who follows whom: ticket three, payment three, event one.
  const auto table = machines.ctl({"top", "--once"}).out;
  INFO(table);
  CHECK(table.find("BROKER") == 0);

  std::set<std::string> instances;
  const auto gateway = of_service(machines.told({"services"}), "gateway");
  for (const auto& worker : gateway["workers"]) {
    CHECK(worker["brokers"] == json({"one", "two"}));
    instances.insert(worker["instance"].get<std::string>());
  }
  CHECK(instances.size() == 2);
  const auto graph = machines.told({"graph"});
  const json gateways{{"principal", "gateway"}, {"service", "gateway"}, {"workers", 2}};
  CHECK(std::ranges::count(graph["serves"], gateways) == 1);
  CHECK(machines.told({"status"})["brokers"].size() == 2);
  const auto tap = machines.ctl({"tap", "--once"});
  CHECK(tap.status == 0);
  CHECK(tap.out.find("one ") != std::string::npos);
  CHECK(tap.out.find("two ") != std::string::npos);
}

TEST_CASE("a trace and a scrape reach both gateways, whichever is asked", "[integration]") {
  TwoMachines machines;
  const std::vector<std::string> headers{"traceparent: 00-" + kTrace + "-00f067aa0ba902b7-01"};
  for (const auto& url : {machines.platform.url(), machines.url()}) {
    CHECK(Api(url).send("GET", "/v1/events?limit=1", "", "", headers).status == 200);
  }
  const auto trace = machines.told({"trace", kTrace});
  size_t served = 0;
  for (const auto& span : trace["spans"]) {
    if (span["program"] == "bilten-gateway" && span["kind"] == "server") ++served;
  }
  INFO(trace.dump(1));
  CHECK(served == 2);

  for (const auto& url : {machines.platform.url(), machines.url()}) {
    const auto page = Api(url).get("/metrics").text;
    INFO(page);
    CHECK(exposition_faults(page) == std::vector<std::string>{});
    CHECK(times(page, "\nbilten_build_info{service=\"gateway\",") == 2);
    CHECK(times(page, "\nbilten_build_info{service=\"events\",") == 1);
    CHECK(times(page, "\nbilten_broker_peers{service=\"broker\",node=\"one\"}") == 1);
    CHECK(times(page, "\nbilten_broker_peers{service=\"broker\",node=\"two\"}") == 1);
    const auto silent = page.find("\nbilten_metrics_silent{");
    REQUIRE(silent != std::string::npos);
    CHECK(page.substr(page.find("} ", silent), 4) == "} 0\n");
  }
}

TEST_CASE("a stopped broker is shown as not answering, and holds up nothing", "[integration]") {
  TwoMachines machines;
  machines.broker->stop();
  const auto before = std::chrono::steady_clock::now();
  const auto look = machines.told({"top", "--once"});
  CHECK(seconds_since(before) < 5 * time_scale());
  REQUIRE(look["brokers"].size() == 2);
  CHECK(look["brokers"][0]["name"] == "one");
  CHECK(look["brokers"][1]["address"] == at(machines.other_port));
  CHECK(look["brokers"][1]["error"] == "does not answer");
  CHECK(of_service(look, "gateway")["workers"] == 2);
  CHECK(of_service(look, "user")["workers"] == 1);
  for (const char* command : {"services", "status", "graph"}) {
    const auto finished = machines.ctl({command});
    INFO(command << "\n" << finished.out);
    CHECK(finished.status == 0);
    CHECK(finished.out.find(at(machines.other_port) + " does not answer") != std::string::npos);
  }
  CHECK(Api(machines.url()).get("/metrics").text.find("node=\"two\"") == std::string::npos);
  // The mesh's only other broker, too: then there is nothing to show.
  machines.platform.kill("broker", SIGSTOP);
  CHECK(machines.ctl({"top", "--once"}).status == 69);
  machines.platform.kill("broker", SIGCONT);
}
