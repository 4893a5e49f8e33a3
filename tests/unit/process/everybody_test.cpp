#include "common/process/everybody.h"

#include <catch2/catch.hpp>

using namespace bilten;

namespace {

Id numbered(uint8_t number) {
  Id id;
  id.bytes[15] = number;
  return id;
}

mesh::WorkerInfo worker(uint8_t number, const std::string& broker = "") {
  mesh::WorkerInfo info;
  info.instance = numbered(number);
  info.broker = broker;
  return info;
}

}  // namespace

TEST_CASE("a worker that joined several brokers is one, asked by way of one that has it") {
  const std::vector<std::optional<mesh::Services>> told{
      mesh::Services{1,
                     {{"gateway", {}, {worker(1), worker(2, "two")}},
                      {"events", {}, {worker(3)}},
                      {"away", {}, {}}}},
      std::nullopt,
      mesh::Services{1,
                     {{"gateway", {}, {worker(2), worker(1)}}, {"user", {}, {worker(4, "one")}}}}};
  const auto all = everybody(told);
  REQUIRE(all.size() == 3);
  CHECK((all[0].service == "gateway" && all[0].instance == numbered(1) && all[0].broker == 0));
  CHECK((all[1].service == "events" && all[1].instance == numbered(3) && all[1].broker == 0));
  CHECK((all[2].service == "gateway" && all[2].instance == numbered(2) && all[2].broker == 2));
}

TEST_CASE("a process that serves two services is one worker of each") {
  const auto all = everybody({mesh::Services{1, {{"a", {}, {worker(1)}}, {"b", {}, {worker(1)}}}}});
  CHECK(all.size() == 2);
}

TEST_CASE("a question to a worker names it, its service's message, and its broker") {
  const auto call = question_to({"events", numbered(3), 2}, "$trace", "body", 700);
  CHECK(call.name == "$mesh.ask");
  CHECK(call.broker == 2);
  CHECK(call.budget_ms == 700);
  CHECK(!call.wait_for_service);
  const auto wish = decode<mesh::Ask>(call.body);
  REQUIRE(wish);
  CHECK(wish->worker == numbered(3));
  CHECK(wish->name == "events.$trace");
  CHECK(wish->body.data == "body");
}
