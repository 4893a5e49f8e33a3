#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

TEST_CASE("64 clients at 100 seats buy exactly 100, twenty times over", "[integration]") {
  constexpr size_t kClients = 64, kSeats = 100;
  Platform platform;
  auto host = organizer(platform.url());
  for (int round = 0; round < 20; ++round) {
    const auto sale = on_sale(host, {type_body("Free entry", 0, kSeats)});
    std::mutex mutex;
    std::set<std::string> orders;
    std::atomic<int> sold_out{0}, other{0};
    std::vector<std::thread> clients;
    for (size_t i = 0; i < kClients; ++i) {
      clients.emplace_back([&] {
        Api guest(platform.url());
        for (;;) {
          auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
          if (order.status == 201) {
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
    REQUIRE(orders.size() == kSeats);
    REQUIRE(sold_out == static_cast<int>(kClients));
    REQUIRE(other == 0);
    REQUIRE(host.api.get("/v1/events/" + sale.event_id + "/ticket-types")
                .body["items"][0]["available"] == 0);
  }
}

TEST_CASE("nobody is refused what their own earlier success contradicts", "[integration]") {
  Platform platform;
  constexpr int kConnections = 4;
  constexpr int kRounds = 250;
  std::atomic<int> done{0};
  std::vector<std::string> faults(kConnections);
  std::vector<std::thread> clients;
  // One account each: hashing a password takes a core for long enough to dwarf the race.
  std::vector<Organizer> hosts;
  for (int i = 0; i < kConnections; ++i) hosts.push_back(organizer(platform.url()));
  for (int i = 0; i < kConnections; ++i) {
    clients.emplace_back([&, i] {
      auto& api = hosts[static_cast<size_t>(i)].api;
      auto& fault = faults[static_cast<size_t>(i)];
      const auto must = [&](const Reply& reply, long status) {
        if (reply.status != status && fault.empty()) fault = reply.text;
        return reply.status == status;
      };
      for (int round = 0; round < kRounds && fault.empty(); ++round) {
        auto organization = api.post("/v1/organizations", {{"name", "Back to back"}});
        if (!must(organization, 201)) return;
        auto event =
            api.post("/v1/organizations/" + organization.body["id"].get<std::string>() + "/events",
                     event_body());
        if (!must(event, 201)) return;
        const std::string event_id = event.body["id"];
        auto type = api.post("/v1/events/" + event_id + "/ticket-types", type_body("Free", 0, 5));
        if (!must(type, 201)) return;
        if (!must(api.post("/v1/events/" + event_id + "/publish", json::object()), 200)) return;
        if (!must(api.post("/v1/orders", order_body(event_id, type.body["id"], 1)), 201)) return;
        ++done;
      }
    });
  }
  for (auto& client : clients) client.join();
  for (const auto& fault : faults) CHECK(fault == "");
  CHECK(done == kConnections * kRounds);
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
