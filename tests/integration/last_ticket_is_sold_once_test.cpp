// Nothing is sold twice, and nobody is refused what they have just made possible: not even while
// the facts that it rests on have not been heard.
#include <signal.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "common/wire/mesh_admin.h"
#include "tests/support/api.h"
#include "tests/support/level.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// Requests that wait in that service for another's facts.
int parked_in(Probe& ops, const std::string& service) {
  const auto page = ask<mesh::MetricsText>(ops, service + ".$metrics").text;
  const std::string name = "\nbilten_parked";
  const auto at = page.find(name);
  REQUIRE(at != std::string::npos);
  return std::stoi(page.substr(page.find(' ', at + name.size())));
}

}  // namespace

TEST_CASE("64 clients at 100 seats buy exactly 100, twenty times over", "[integration]") {
  constexpr size_t kClients = 64, kSeats = 100;
  Platform platform;
  auto host = organizer(platform.url());
  for (int round = 0; round < 20; ++round) {
    const auto sale = on_sale(host, {type_body("Free entry", 0, kSeats)});
    std::mutex mutex;
    std::set<std::string> orders;
    std::atomic<int> sold{0}, sold_out{0}, other{0};
    std::vector<std::thread> clients;
    for (size_t i = 0; i < kClients; ++i) {
      clients.emplace_back([&] {
        Api guest(platform.url());
        for (;;) {
          auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
          if (order.status == 201) {
            ++sold;
            std::lock_guard lock(mutex);
            orders.insert(order.body["id"]);
            continue;
          }
          (order.code() == "sold_out" ? sold_out : other)++;
          return;
        }
      });
    }
    for (auto& client : clients) client.join();
    REQUIRE(sold == static_cast<int>(kSeats));
    REQUIRE(orders.size() == kSeats);  // Each is another one.
    REQUIRE(sold_out == static_cast<int>(kClients));
    REQUIRE(other == 0);
    REQUIRE(host.api.get("/v1/events/" + sale.event_id + "/ticket-types")
                .body["items"][0]["available"] == 0);
  }
}

TEST_CASE("nobody is refused what their own earlier success contradicts", "[integration]") {
  Platform platform;
  constexpr int kHosts = 4;
  constexpr int kRounds = 250;
  std::atomic<int> done{0};
  std::vector<std::string> faults(kHosts);
  std::vector<std::thread> clients;
  // One account each: hashing a password takes a core for long enough to dwarf the race.
  std::vector<Organizer> hosts;
  for (int i = 0; i < kHosts; ++i) hosts.push_back(organizer(platform.url()));
  for (int i = 0; i < kHosts; ++i) {
    clients.emplace_back([&, i] {
      // Two kept connections each, and what the one was told the other builds upon.
      auto& host = hosts[static_cast<size_t>(i)];
      std::array<Api, 2> apis{Api(host.api.url(), host.api.token()),
                              Api(host.api.url(), host.api.token())};
      size_t asked = 0;
      const auto post = [&](const std::string& path, const json& body) {
        return apis[asked++ % apis.size()].post(path, body);
      };
      auto& fault = faults[static_cast<size_t>(i)];
      const auto must = [&](const Reply& reply, long status) {
        if (reply.status != status && fault.empty()) fault = reply.text;
        return reply.status == status;
      };
      for (int round = 0; round < kRounds && fault.empty(); ++round) {
        auto organization = post("/v1/organizations", {{"name", "Back to back"}});
        if (!must(organization, 201)) return;
        auto event =
            post("/v1/organizations/" + organization.body["id"].get<std::string>() + "/events",
                 event_body());
        if (!must(event, 201)) return;
        const std::string event_id = event.body["id"];
        auto type = post("/v1/events/" + event_id + "/ticket-types", type_body("Free", 0, 5));
        if (!must(type, 201)) return;
        if (!must(post("/v1/events/" + event_id + "/publish", json::object()), 200)) return;
        if (!must(post("/v1/orders", order_body(event_id, type.body["id"], 1)), 201)) return;
        ++done;
      }
    });
  }
  // Halfway through nothing is heard any more: then each step has to wait for the facts of the one
  // before, and none is refused for that.
  CHECK(wait_until([&] { return done >= kHosts * kRounds / 2; }, 120));
  platform.kill("events", SIGSTOP);
  Probe ops(platform, {.principal = "ops"});
  CHECK(wait_until([&] { return parked_in(ops, "event") > 0; }));
  CHECK(wait_until([&] { return parked_in(ops, "ticket") > 0; }));
  const int deaf_from = done;
  for (auto& client : clients) client.join();
  platform.kill("events", SIGCONT);
  for (const auto& fault : faults) CHECK(fault == "");
  CHECK(done == kHosts * kRounds);
  CHECK(done > deaf_from);
  std::printf("own writes: %d rounds, at least %d of them with nothing heard\n", done.load(),
              done - deaf_from);
}

TEST_CASE("an order that rests on a fact not heard yet waits until it is read", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 10'000)});
  const auto path = "/v1/events/" + sale.event_id;
  REQUIRE(host.api.post(path + "/unpublish", json::object()).status == 200);
  Api guest(platform.url());
  const auto order = [&] {
    return guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
  };
  REQUIRE(wait_until([&] { return order().code() == "unknown_event"; }));
  platform.kill("events", SIGSTOP);
  REQUIRE(host.api.post(path + "/publish", json::object()).status == 200);
  Probe ops(platform, {.principal = "ops"});
  platform.kill("event", SIGSTOP);  // Nor can the fact be asked for.
  auto answer = std::async(std::launch::async, order);
  CHECK(wait_until([&] { return parked_in(ops, "ticket") == 1; }));
  platform.kill("event", SIGCONT);
  const auto reply = answer.get();
  INFO(reply.text);
  CHECK(reply.status == 201);
  CHECK(wait_until([&] { return parked_in(ops, "ticket") == 0; }));
  platform.kill("events", SIGCONT);
}

TEST_CASE("doors that were just moved are open at once", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 10)});
  Api guest(platform.url());
  auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 10));
  REQUIRE(order.status == 201);
  auto tickets = guest.get("/v1/orders/" + order.body["id"].get<std::string>() +
                           "/tickets?secret=" + order.body["secret"].get<std::string>());
  REQUIRE(tickets.body["items"].size() == 10);
  const auto path = "/v1/events/" + sale.event_id;
  for (const auto& ticket : tickets.body["items"]) {
    REQUIRE(host.api.patch(path, {{"doors_at", "2028-05-01T17:00:00Z"}}).status == 200);
    REQUIRE(host.api.patch(path, {{"doors_at", "2026-01-01T00:00:00Z"}}).status == 200);
    auto scan = host.api.post(
        "/v1/check-ins",
        {{"code", ticket["code"]}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}});
    INFO(scan.text);
    CHECK(scan.status == 201);
  }
}
