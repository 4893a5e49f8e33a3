// docs/examples/python against the real programs: what docs/protocol.md says is enough to join.
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/support/api.h"
#include "tests/support/platform.h"
#include "tests/support/program.h"

using namespace bilten;
using namespace bilten::test;

namespace {

const std::string kPython = "/usr/bin/python3";
const std::string kExamples = "docs/examples/python/";
const std::vector<std::string> kEnvironment{"PYTHONDONTWRITEBYTECODE=1"};

// False, and a loud word, where Debian's modules are not installed (packages.txt names them).
bool has_modules() {
  const auto tried = run_program({kPython, "-c", "import zmq, msgpack; assert zmq.has('curve')"});
  if (tried.status != 0) {
    std::cout << "SKIPPED: " << kPython << " lacks zmq or msgpack; make packages-test\n";
  }
  return tried.status == 0;
}

std::vector<std::string> example(const Platform& platform, const std::string& name,
                                 const std::vector<std::string>& more = {}) {
  std::vector<std::string> command{kPython, kExamples + name, "--config", platform.config()};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// The facts in a follower's file: name and event, and how often each position stands there.
struct Followed {
  std::map<int64_t, int> positions;
  std::map<std::string, int> events;  // "event.published <id>"
  bool each_once() const {
    for (const auto& [seq, count] : positions) {
      if (count != 1) return false;
    }
    return true;
  }
};

Followed read_facts(const std::string& path) {
  Followed followed;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto fact = json::parse(line, nullptr, false);
    if (fact.is_discarded()) continue;  // Being written just now.
    ++followed.positions[fact["seq"].get<int64_t>()];
    ++followed.events[fact["name"].get<std::string>() + " " + fact["body"].value("event_id", "")];
  }
  return followed;
}

std::string published(const std::string& event_id) {
  std::string plain;
  for (const char c : event_id) {
    if (c != '-') plain += c;
  }
  return "event.published " + plain;
}

json on_route(Api& api, const std::string& path) {
  const auto reply = api.get(path);
  return reply.status == 200 ? reply.body : json();
}

}  // namespace

TEST_CASE("the specification alone gives the bytes of every golden frame", "[integration]") {
  if (!has_modules()) return;
  const auto checked = run_program({kPython, "tests/golden/check_frames"}, kEnvironment);
  INFO(checked.out);
  CHECK(checked.status == 0);
}

TEST_CASE("a worker written in Python serves a route, with the faults of its contract",
          "[integration]") {
  if (!has_modules()) return;
  Platform platform;
  RunningProgram worker(example(platform, "hello_worker.py"), kEnvironment);
  Api api(platform.url());
  const json greeting{{"greeting", "Hello, Lina! Hello, Lina!"}, {"letters", 4}};
  const bool is_served =
      wait_until([&] { return on_route(api, "/v1/probe/hello/Lina?times=2") == greeting; });
  INFO(worker.out());
  REQUIRE(is_served);

  const auto too_often = api.get("/v1/probe/hello/Lina?times=9");
  CHECK(too_often.status == 400);
  CHECK(too_often.body["errors"][0]["pointer"] == "/times");
  const auto unwelcome = api.get("/v1/probe/hello/nobody");
  CHECK(unwelcome.status == 404);
  CHECK(unwelcome.code() == "unwelcome");
  CHECK(api.get("/openapi.json").text.find("/v1/probe/hello/{name}") != std::string::npos);
  // Not every request comes through the gateway: the worker checks for itself.
  const auto direct = platform.ctl({"call", "probe", "hello", R"({"name": "Lina", "times": 9})"});
  CHECK(direct.status != 0);
  CHECK(direct.out.find("/times") != std::string::npos);

  platform.crash("broker");
  CHECK(wait_until([&] { return on_route(api, "/v1/probe/hello/Lina?times=2") == greeting; }, 20));
  CHECK(worker.stop() == 0);
  CHECK(wait_until([&] { return api.get("/v1/probe/hello/Lina").status == 503; }));
}

TEST_CASE("a client written in Python lists the events on sale", "[integration]") {
  if (!has_modules()) return;
  Platform platform;
  auto host = organizer(platform.url());
  on_sale(host, {type_body("Free entry", 0, 5)}, {{"title", "Night of the Nile"}});
  const auto listed = run_program(example(platform, "list_events.py"), kEnvironment);
  INFO(listed.out);
  CHECK(listed.status == 0);
  CHECK(listed.out.find("Z\tNight of the Nile\n") != std::string::npos);
}

TEST_CASE("a follower written in Python has every fact once, across stops of its own and of events",
          "[integration]") {
  if (!has_modules()) return;
  Platform platform;
  Folder folder;
  const auto file = folder.path() + "/facts.jsonl";
  const std::vector<std::string> arguments{"--owner", "event", "--file", file};
  auto host = organizer(platform.url());
  const auto publish = [&] { return published(on_sale(host, {}).event_id); };
  const auto has = [&](const std::string& fact) {
    return wait_until([&] { return read_facts(file).events.contains(fact); }, 20);
  };

  std::vector<std::string> facts{publish()};
  {
    RunningProgram follower(example(platform, "follow_facts.py", arguments), kEnvironment);
    CHECK(has(facts[0]));  // From the journal: it was there before.
    facts.push_back(publish());
    CHECK(has(facts[1]));  // As it happens.
    CHECK(follower.stop() == 0);
  }
  facts.push_back(publish());
  {
    RunningProgram follower(example(platform, "follow_facts.py", arguments), kEnvironment);
    CHECK(has(facts[2]));  // Missed while it was away.
    platform.crash("events");
    facts.push_back(publish());
    CHECK(has(facts[3]));  // Perhaps published to nobody.
    INFO(follower.out());
    CHECK(follower.stop() == 0);
  }
  const auto followed = read_facts(file);
  CHECK(followed.each_once());
  for (const auto& fact : facts) CHECK(followed.events.at(fact) == 1);
}
