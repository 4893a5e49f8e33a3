// Scenario 15: kill -9 of each process while orders and scans go on. No acknowledged order or scan
// may be missing or doubled, and every call ends.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

using Clock = std::chrono::steady_clock;

int64_t ms_since(Clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
}

void raise(std::atomic<int64_t>& highest, int64_t value) {
  for (auto seen = highest.load(); seen < value && !highest.compare_exchange_weak(seen, value);) {
  }
}

// How long service may be away after a kill, and how long one call may take: the longest budget of
// a route, and what the gateway needs to say that it is over.
struct Bounds {
  int rounds;
  int64_t away_ms;
  int64_t call_ms;
};

Bounds bounds() {
  if (std::getenv("BILTEN_FULL")) return {50, 2'000, 6'000};
  return {2, 15'000, 15'000};
}

// What a client was told, for the books to be compared with.
struct Acknowledged {
  std::mutex mutex;
  std::vector<std::pair<std::string, std::string>> orders;  // id, secret
  std::vector<std::string> admitted;                        // Ticket ids.
  std::atomic<int> calls{0}, failures{0};
  std::atomic<int64_t> slowest_ms{0};  // Of the calls, whatever became of them.
};

// Orders one ticket under one key until it is told how that ended, then scans it the same way.
void buy_and_enter(const Organizer& host, const OnSale& sale, std::atomic<bool>& stop,
                   Acknowledged& told) {
  Api guest(host.api.url());
  Organizer door{Api(host.api.url(), host.api.token()), host.email, host.password, {}, {}};
  guest.timeout_ms = door.api.timeout_ms = static_cast<long>(20'000 * time_scale());
  const auto until_told = [&](Api& api, const std::string& path, const json& body) {
    const auto key = fresh_key();
    for (;;) {
      const auto asked_at = Clock::now();
      auto reply = api.post(path, body, key);
      raise(told.slowest_ms, ms_since(asked_at));
      ++told.calls;
      if (reply.status == 201 || (reply.status >= 400 && reply.status < 500)) return reply;
      ++told.failures;
      if (stop) return Reply{};
    }
  };
  while (!stop) {
    auto order = until_told(guest, "/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
    if (order.status != 201) continue;
    {
      std::lock_guard lock(told.mutex);
      told.orders.emplace_back(order.body["id"], order.body["secret"]);
    }
    auto tickets = guest.get("/v1/orders/" + order.body["id"].get<std::string>() +
                             "/tickets?secret=" + order.body["secret"].get<std::string>());
    if (tickets.status != 200) continue;
    const auto ticket = tickets.body["items"][0];
    auto scan = until_told(
        door.api, "/v1/check-ins",
        {{"code", ticket["code"]}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}});
    if (scan.status == 401) log_in(door);
    if (scan.status != 201) continue;
    std::lock_guard lock(told.mutex);
    told.admitted.push_back(ticket["id"]);
  }
}

}  // namespace

TEST_CASE("nothing acknowledged is lost when any process is killed again and again", "[s15]") {
  const auto bound = bounds();
  constexpr int64_t kSeats = 1'000'000;
  Platform platform;
  auto host = organizer(platform.url());
  auto type = type_body("Free entry", 0, kSeats);
  const auto sale = on_sale(host, {type});

  Acknowledged told;
  std::atomic<bool> stop{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] { buy_and_enter(host, sale, stop, told); });
  }
  Api probe(platform.url());
  const auto orders_now = [&] {
    std::lock_guard lock(told.mutex);
    return told.orders.size();
  };
  CHECK(wait_until([&] { return orders_now() > 20; }));
  int64_t longest_away_ms = 0;
  for (int round = 0; round < bound.rounds; ++round) {
    for (const char* process : {"ticket", "broker", "events", "gateway", "event", "user"}) {
      INFO("killed " << process << " in round " << round);
      platform.crash(process);
      const auto killed_at = Clock::now();
      // More than the clients had under way: some were asked for after the kill.
      const auto before = orders_now();
      REQUIRE(wait_until([&] { return orders_now() > before + clients.size(); }, 15));
      const auto away_ms = ms_since(killed_at);
      CHECK(static_cast<double>(away_ms) < static_cast<double>(bound.away_ms) * time_scale());
      longest_away_ms = std::max(longest_away_ms, away_ms);
    }
  }
  stop = true;
  for (auto& client : clients) client.join();
  CHECK(wait_until([&] { return platform.is_ready(); }));

  CHECK(static_cast<double>(told.slowest_ms) < static_cast<double>(bound.call_ms) * time_scale());

  std::set<std::string> ids;
  for (const auto& [id, secret] : told.orders) {
    CHECK(ids.insert(id).second);
    auto order = probe.get("/v1/orders/" + id + "?secret=" + secret);
    CHECK(order.status == 200);
    CHECK(order.body["state"] == "paid");
  }
  std::set<std::string> entered(told.admitted.begin(), told.admitted.end());
  CHECK(entered.size() == told.admitted.size());
  REQUIRE(log_in(host));
  auto lists = host.api.get("/v1/events/" + sale.event_id + "/check-in-lists");
  CHECK(lists.body["items"][0]["admitted"].get<size_t>() >= entered.size());
  const auto available = probe.get("/v1/events/" + sale.event_id + "/ticket-types")
                             .body["items"][0]["available"]
                             .get<int64_t>();
  // An order whose answer was lost may exist besides those acknowledged: one for each client.
  CHECK(kSeats - available >= static_cast<int64_t>(ids.size()));
  CHECK(kSeats - available <= static_cast<int64_t>(ids.size() + clients.size()));
  const auto verified = platform.ctl({"journal", "verify"});
  INFO(verified.out);
  CHECK(verified.status == 0);
  const auto rebuilt = platform.ctl({"rebuild", "--verify"});
  INFO(rebuilt.out);
  CHECK(rebuilt.status == 0);
  std::printf("s15: service away for %lld ms at most, the slowest call %lld ms\n",
              static_cast<long long>(longest_away_ms),
              static_cast<long long>(told.slowest_ms.load()));
  std::printf("s15: %d calls, %d to be repeated, %zu orders, %zu scans acknowledged, none lost\n",
              told.calls.load(), told.failures.load(), told.orders.size(), told.admitted.size());
}
