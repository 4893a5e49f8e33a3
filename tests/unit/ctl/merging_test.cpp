// One mesh out of what several brokers tell.
#include "broker/ctl/merging.h"

#include <catch2/catch.hpp>

using namespace bilten;
using namespace bilten::ctl;

namespace {

Id numbered(uint8_t number) {
  Id id;
  id.bytes[15] = number;
  return id;
}

mesh::WorkerInfo worker(uint8_t number, uint32_t credit, uint32_t inflight,
                        const std::string& broker = "") {
  mesh::WorkerInfo info;
  info.instance = numbered(number);
  info.credit = credit;
  info.inflight = inflight;
  info.broker = broker;
  return info;
}

Told broker(uint8_t number, const std::string& name, std::vector<mesh::ServiceInfo> services,
            std::vector<mesh::ServiceLatency> latency = {}) {
  Report report;
  report.info.name = name;
  report.info.broker = numbered(number);
  report.services.services = std::move(services);
  report.latency.services = std::move(latency);
  return {"tcp://" + name, std::move(report)};
}

Told silent(const std::string& name) {
  return {"tcp://" + name, Error{Code::deadline_queued, "deadline_queued", ""}};
}

}  // namespace

TEST_CASE("a worker of two brokers is one, with the sum of its credit and its requests") {
  auto loaded = worker(1, 8, 3);
  loaded.queue_ms = 40;
  loaded.draining = true;
  const auto services =
      merge_services({broker(1, "one", {{"ticket", {"hash"}, {worker(1, 8, 2), worker(2, 8, 0)}}}),
                      broker(2, "two", {{"ticket", {"hash"}, {loaded}}})});
  REQUIRE(services.size() == 1);
  CHECK(services[0].contract_hash.data == "hash");
  REQUIRE(services[0].workers.size() == 2);
  const auto& both = services[0].workers[0];
  CHECK(both.info.instance == numbered(1));
  CHECK(both.info.credit == 16);
  CHECK(both.info.inflight == 5);
  CHECK(both.info.queue_ms == 40);
  CHECK(both.info.draining);
  CHECK(both.brokers == std::vector<std::string>{"one", "two"});
  CHECK(services[0].workers[1].brokers == std::vector<std::string>{"one"});
}

TEST_CASE("what a broker says of another's worker adds nothing to what that one says itself") {
  for (const bool own_first : {true, false}) {
    std::vector<Told> told{broker(1, "one", {{"ticket", {}, {worker(1, 8, 2)}}}),
                           broker(2, "two", {{"ticket", {}, {worker(1, 8, 2, "one")}}})};
    if (!own_first) std::swap(told[0], told[1]);
    const auto services = merge_services(told);
    REQUIRE(services[0].workers.size() == 1);
    CHECK(services[0].workers[0].info.credit == 8);
    CHECK(services[0].workers[0].info.inflight == 2);
    CHECK(services[0].workers[0].info.broker.empty());
    CHECK(services[0].workers[0].brokers == std::vector<std::string>{"one"});
  }
}

TEST_CASE("a worker of a broker that does not answer is known from the others, its credit once") {
  const auto services =
      merge_services({silent("one"), broker(2, "two", {{"ticket", {}, {worker(1, 8, 1, "one")}}}),
                      broker(3, "three", {{"ticket", {}, {worker(1, 8, 2, "one")}}})});
  REQUIRE(services[0].workers.size() == 1);
  const auto& only = services[0].workers[0];
  CHECK(only.second_hand);
  CHECK(only.info.credit == 8);
  CHECK(only.info.inflight == 3);  // Each has forwarded its own.
  CHECK(only.brokers == std::vector<std::string>{"one"});
}

TEST_CASE("a service that is away at one broker is there if another has it") {
  const auto services =
      merge_services({broker(1, "one", {{"away", {}, {}}, {"ticket", {}, {}}}),
                      broker(2, "two", {{"ticket", {}, {worker(1, 8, 0)}}}), silent("three")});
  REQUIRE(services.size() == 2);
  CHECK(services[0].service == "away");
  CHECK(services[0].workers.empty());
  CHECK(services[1].workers.size() == 1);
}

TEST_CASE("answers are summed over brokers, their quantiles are not") {
  const auto figures = merge_figures(
      {broker(1, "one", {}, {{"ticket", 10, 2, 1, 3, 100, 200}}), silent("two"),
       broker(3, "three", {}, {{"ticket", 5, 0, 0, 1, 900, 1000}, {"user", 7, 0, 0, 0, 1, 1}})},
      "ticket");
  CHECK(figures.answered == 15);
  CHECK(figures.refused == 2);
  CHECK(figures.failed == 1);
  CHECK(figures.queued == 4);
  REQUIRE(figures.at.size() == 2);
  CHECK(figures.at[0].broker == "one");
  CHECK(figures.at[0].latency.p99_us == 200);
  CHECK(figures.at[1].broker == "three");
  CHECK(figures.at[1].latency.p99_us == 1000);
}

TEST_CASE("the pace counts brokers that answered both looks and did not restart between them") {
  const auto at = [](uint8_t number, const std::string& name, int64_t answered) {
    return broker(number, name, {}, {{"ticket", answered, 0, 0, 0, 0, 0}});
  };
  const std::vector<Told> before{at(1, "one", 10), at(2, "two", 100), silent("three")};
  CHECK(ended_between(before, {at(1, "one", 17), at(2, "two", 105), at(3, "three", 50)},
                      "ticket") == 12);
  // Broker two has forgotten its counts.
  CHECK(ended_between(before, {at(1, "one", 17), at(9, "two", 3), silent("three")}, "ticket") == 7);
  CHECK(ended_between(before, {silent("one"), silent("two"), at(3, "three", 50)}, "ticket") ==
        std::nullopt);
  CHECK(ended_between(before, before, "user") == std::nullopt);
}

TEST_CASE("without an answer from any broker there is an error, that of the first") {
  CHECK(first_answer({silent("one"), silent("two")}).error().code == Code::deadline_queued);
  CHECK(*first_answer({silent("one"), broker(2, "two", {})}) == 1);
  CHECK(why_silent({Code::deadline_queued, "deadline_queued", ""}) == "does not answer");
  CHECK(why_silent({Code::denied, "denied", ""}) == "refuses: denied");
}
