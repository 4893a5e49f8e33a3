// Scenario 15 on three machines: brokers killed, a machine cut off, everything restarted, a clock
// that is wrong, a bad link, while buyers on each machine order and scan. No acknowledged order or
// scan may be missing or doubled, and what has a second way must not fail at all. Needs root.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "tests/support/purchases.h"
#include "tests/support/wall_clock.h"

using namespace bilten::test;

namespace {

constexpr int64_t kSeats = 1'000'000;
const std::set<int> kAll{1, 2, 3};

bool is_full() {
  return std::getenv("BILTEN_FULL") != nullptr;
}

// An event on sale, its host, and the crowd that buys.
struct Sale {
  Vms vms;
  Lab::Visit visit;  // The test itself stands on machine 1.
  Organizer host;
  OnSale sale;
  Purchases purchases;
  Crowd crowd;

  explicit Sale(Vms::Options options = {})
      : vms(std::move(options)),
        visit(vms.lab(), 1),
        host(organizer(Vms::url(1))),
        sale(on_sale(host, {type_body("Free entry", 0, kSeats)})),
        purchases(sale),
        crowd(vms, purchases, host.api.token()) {
    REQUIRE(crowd.go_on(kAll, 20));
  }

  // `what` while orders go on; no call of any buyer may fail.
  void without_failure(const std::string& name, const std::function<void()>& what) {
    const int before = crowd.failed();
    what();
    const bool went_on = crowd.go_on(kAll, 20);
    INFO(name << "\n" << crowd.failures());
    CHECK(went_on);
    CHECK(crowd.failed() == before);
  }

  void close_books() {
    crowd.finish();
    REQUIRE(wait_until([&] { return vms.is_ready(1); }, 20));
    purchases.check_books(host.api, kSeats);
    std::printf("s15 on three machines: %s, %d calls failed\n", purchases.summary().c_str(),
                crowd.failed());
    for (const int machine : kAll) {
      const auto verified =
          vms.ctl(machine, {"journal", "verify", "--service", Vms::service_of(machine)});
      INFO(verified.out);
      CHECK(verified.status == 0);
    }
  }
};

void kill_each_broker(Sale& shop) {
  for (const int machine : kAll) {
    shop.without_failure("broker of machine " + std::to_string(machine) + " killed",
                         [&] { shop.vms.replace(machine, "broker", SIGKILL); });
  }
}

// The machine that owns stock sells on alone; the others go on without it, and facts that they
// recorded meanwhile are there soon after.
void cut_off_the_seller(Sale& shop) {
  auto& vms = shop.vms;
  const auto began = std::chrono::steady_clock::now();
  vms.lab().cut_off(Vms::kTicket);
  CHECK(shop.crowd.go_on({Vms::kTicket}, 30));
  shop.host.api.post("/v1/organizations", {{"name", "Founded meanwhile"}});
  const auto event =
      shop.host.api.post("/v1/organizations/" + shop.host.organization_id + "/events",
                         event_body("Planned meanwhile"));
  INFO(event.text);
  CHECK(event.status == 201);
  let_pass((is_full() ? 20 : 6) - seconds_since(began));
  vms.lab().heal();
  const auto healed = std::chrono::steady_clock::now();
  CHECK(wait_until([&] { return vms.is_level("user") && vms.is_level("event"); }, 5));
  const double level = seconds_since(healed);
  CHECK(shop.crowd.go_on(kAll, 20));
  std::printf("s15: readers level %.1f s after healing\n", level);
}

// A process at a time, as an upgrade does it; buyers have a second gateway, as behind a proxy.
void restart_everything(Sale& shop) {
  shop.crowd.may_go_elsewhere(true);
  for (const int machine : kAll) {
    for (const auto& process : {std::string("broker"), std::string("events"),
                                Vms::service_of(machine), std::string("gateway")}) {
      shop.without_failure(process + " of machine " + std::to_string(machine) + " restarted",
                           [&] { shop.vms.replace(machine, process, SIGTERM); });
    }
  }
  shop.crowd.may_go_elsewhere(false);
}

}  // namespace

TEST_CASE("orders on three machines outlive killed brokers, a partition and a rolling restart",
          "[s15][vms]") {
  if (!vms_here("s15 on three machines")) return;
  Sale shop;
  for (int round = 0; round < (is_full() ? 5 : 1); ++round) {
    kill_each_broker(shop);
    cut_off_the_seller(shop);
    restart_everything(shop);
  }
  shop.close_books();
}

namespace {

// A clock a machine.
class Clocks {
 public:
  void set(int machine, int seconds) { clocks_[machine].set(seconds); }
  std::map<int, std::vector<std::string>> environment() {
    std::map<int, std::vector<std::string>> made;
    for (const int machine : kAll) made[machine] = clocks_[machine].environment();
    return made;
  }

 private:
  std::map<int, WallClock> clocks_;
};

// What a machine's gateway takes for the time, less what this test does.
double seconds_ahead(int machine) {
  const auto date = Api(Vms::url(machine)).get("/healthz").headers["date"];
  std::tm told{};
  if (::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &told) == nullptr) return NAN;
  return std::difftime(::timegm(&told), std::time(nullptr));
}

// Signs up, logs in, is let in, holds a ticket and pays for none of it.
void live_through(const std::string& when) {
  INFO(when);
  auto guest = organizer(Vms::url(2), "Clock Watchers");
  auto priced = on_sale(guest, {type_body("Seat", 5000, 10)});
  auto held = guest.api.post("/v1/orders", order_body(priced.event_id, priced.type_ids[0], 2));
  INFO(held.text);
  CHECK(held.status == 201);
  CHECK(held.body["state"] == "held");
  const auto stock = guest.api.get("/v1/events/" + priced.event_id + "/ticket-types");
  CHECK(stock.body["items"][0]["available"] == 8);
  CHECK(guest.api.get("/v1/me").status == 200);
}

}  // namespace

TEST_CASE("orders, tokens and holds go on while one machine's clock is 90 s off", "[s15][vms]") {
  if (!vms_here("s15 on three machines")) return;
  if (const auto obstacle = WallClock::obstacle(); !obstacle.empty()) {
    std::printf("SKIPPED s15 with a wrong clock: %s\n", obstacle.c_str());
    return;
  }
  Clocks clocks;
  Sale shop({.environment = clocks.environment()});
  std::vector<std::pair<int, int>> wrong = {{Vms::kTicket, 90}, {Vms::kUser, -90}};
  if (is_full()) {
    wrong.insert(wrong.end(),
                 {{Vms::kTicket, -90}, {Vms::kUser, 90}, {Vms::kEvent, 90}, {Vms::kEvent, -90}});
  }
  for (const auto& [machine, seconds] : wrong) {
    const auto when =
        "clock of machine " + std::to_string(machine) + " off by " + std::to_string(seconds) + " s";
    shop.without_failure(when, [&, machine = machine, seconds = seconds] {
      const auto began = std::chrono::steady_clock::now();
      clocks.set(machine, seconds);
      CHECK(wait_until([&] { return std::abs(seconds_ahead(machine) - seconds) <= 2; }));
      live_through(when);
      // A service believes a jump that has lasted five seconds.
      let_pass(8 - seconds_since(began));
      live_through(when + ", believed");
    });
    clocks.set(machine, 0);
  }
  shop.close_books();
}

TEST_CASE("orders go on over a link that delays, loses and mixes up packets", "[s15][vms]") {
  if (!vms_here("s15 on three machines")) return;
  Sale shop({.rough = {2}});
  shop.vms.lab().set(2, {.delay_us = 50'000, .jitter_us = 20'000, .loss = 0.05, .reorder = 0.05});
  shop.crowd.slowest();
  const auto before = shop.crowd.told(2);
  shop.without_failure("a bad link of machine 2", [&] {
    CHECK(shop.crowd.go_on(kAll, is_full() ? 300 : 30, 60));
    live_through("a bad link");
  });
  const auto carried = shop.vms.lab().carried(2);
  std::printf("s15: %d calls over a bad link, the slowest call %.1f s; %lu packets lost of %lu\n",
              shop.crowd.told(2) - before, shop.crowd.slowest(), carried.lost,
              carried.carried + carried.lost);
  shop.vms.lab().set(2, {});
  shop.close_books();
}
