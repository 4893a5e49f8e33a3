// Many buyers at a promo code that is good for few.
#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <thread>

#include "tests/support/api.h"
#include "tests/support/platform.h"
#include "tests/support/wall_clock.h"

using namespace bilten::test;

namespace {

constexpr int kClients = 64;

// A sale with a code, and what its buyers were told.
struct Race {
  Organizer& host;
  OnSale sale;
  std::string promo_path;
  json held = json::array();         // Orders, as they were answered.
  std::map<std::string, int> codes;  // Refusals, of the last run.

  Race(Organizer& organizer, const json& limits) : host(organizer) {
    sale = on_sale(host, {type_body("Seat", 10'000, 1000)}, {{"hold_minutes", 1}});
    json terms{{"code", "FRIENDS"}, {"kind", "percent"}, {"rate", 5000}};
    terms.update(limits);
    const auto promo = host.api.post("/v1/events/" + sale.event_id + "/promo-codes", terms);
    INFO(promo.text);
    REQUIRE(promo.status == 201);
    promo_path = "/v1/promo-codes/" + promo.body["id"].get<std::string>();
  }

  // Each client orders one ticket at the same time; answers how many hold one now.
  size_t run(const std::function<std::string(int)>& email_of) {
    std::mutex mutex;
    std::vector<std::thread> clients;
    held = json::array();
    codes.clear();
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i] {
        Api guest(host.api.url());
        auto body = order_body(sale.event_id, sale.type_ids[0], 1, email_of(i));
        body["promo_code"] = "friends";
        auto order = guest.post("/v1/orders", body);
        const std::lock_guard lock(mutex);
        if (order.status == 201) {
          held.push_back(std::move(order.body));
        } else {
          ++codes[order.code()];
        }
      });
    }
    for (auto& client : clients) client.join();
    return held.size();
  }
  // Everybody else was told that the code is used up.
  bool all_others_exhausted() const {
    const auto others = kClients - static_cast<int>(held.size());
    return codes == std::map<std::string, int>{{"promo_exhausted", others}};
  }

  int64_t used() {
    const auto promo = host.api.get(promo_path);
    return promo.status == 200 ? promo.body["tickets"].get<int64_t>() : -1;
  }
  void cancel(const json& order) {
    const auto gone = host.api.post("/v1/orders/" + order["id"].get<std::string>() + "/cancel",
                                    {{"secret", order["secret"]}});
    INFO(gone.text);
    REQUIRE(gone.status == 200);
  }
};

std::string own_mail(int client) {
  return "buyer-" + std::to_string(client) + "@example.org";
}

}  // namespace

TEST_CASE(
    "64 clients at a code for 10 tickets get 10, and what is given up or expires is had again",
    "[integration]") {
  const bool can_expire = WallClock::obstacle().empty();
  const WallClock clock;
  Platform::Options options;
  if (can_expire) options.environment = clock.environment();
  Platform platform(options);
  auto host = organizer(platform.url());
  Race race(host, {{"tickets_max", 10}});
  CHECK(race.run(own_mail) == 10);
  CHECK(race.all_others_exhausted());
  CHECK(race.used() == 10);

  race.cancel(race.held[0]);
  race.cancel(race.held[1]);
  CHECK(race.used() == 8);
  CHECK(race.run(own_mail) == 2);
  CHECK(race.all_others_exhausted());
  CHECK(race.used() == 10);

  if (!can_expire) return;
  // The holds end while nobody is there to see it.
  REQUIRE(platform.stop() == 0);
  clock.set(120);
  platform.start();
  host.api = Api(platform.url(), host.api.token());
  CHECK(wait_until([&] { return race.used() == 0; }));
  CHECK(race.run(own_mail) == 10);
  CHECK(race.all_others_exhausted());
  CHECK(race.used() == 10);
}

TEST_CASE("64 clients with one address get a code that is good once a buyer once",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  Race race(host, {{"tickets_per_buyer_max", 1}});
  const auto same = [](int client) {
    return client % 2 == 0 ? "Guest@Example.org" : "guest@example.org";
  };
  CHECK(race.run(same) == 1);
  CHECK(race.all_others_exhausted());
  CHECK(race.used() == 1);
  race.cancel(race.held[0]);
  CHECK(race.used() == 0);
  CHECK(race.run(same) == 1);
  CHECK(race.all_others_exhausted());
  CHECK(race.run(own_mail) == kClients);
  CHECK(race.used() == kClients + 1);
}
