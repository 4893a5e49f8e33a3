// Scenario 5: far more buyers than seats, through a waiting room. As many seats are sold as there
// are, each to one buyer, and to those buyers who were first in the line that the draw made.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <set>
#include <thread>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "common/crypto/crypto.h"
#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::test;

namespace {

using Steady = std::chrono::steady_clock;

struct Size {
  int buyers, seats, connections, seconds_to_gather;
};

Size size_of_rush() {
  if (std::getenv("BILTEN_FULL")) return {50'000, 10'000, 256, 120};
  return {2000, 400, 32, 12};
}

struct Buyer {
  std::string token;
  bool has_bought = false;
};

// The buyers, shared out over connections: each is a thread that serves its own part of them.
class Rush {
 public:
  Rush(const std::string& url, OnSale sale, const Size& size)
      : url_(url), sale_(std::move(sale)), size_(size), buyers_(static_cast<size_t>(size.buyers)) {}

  // `work(api, buyer)` for every buyer; false ends it for all.
  void each(const std::function<bool(Api&, Buyer&)>& work) {
    std::vector<std::thread> threads;
    std::atomic<bool> go_on{true};
    for (int part = 0; part < size_.connections; ++part) {
      threads.emplace_back([&, part] {
        Api api(url_);
        const auto step = static_cast<size_t>(size_.connections);
        for (auto i = static_cast<size_t>(part); i < buyers_.size() && go_on; i += step) {
          if (!work(api, buyers_[i])) go_on = false;
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }

  void join() {
    const auto path = "/v1/events/" + sale_.event_id + "/waiting-room/entries";
    each([&](Api& api, Buyer& buyer) {
      const auto key = fresh_key();
      Reply reply;
      wait_until([&] { return (reply = api.post(path, json::object(), key)).status == 201; }, 60);
      if (reply.status != 201) return fail("join", reply);
      buyer.token = reply.body["token"];
      return true;
    });
  }

  // Everybody asks where they stand; who is let in orders one seat.
  void turn() {
    const auto path = "/v1/events/" + sale_.event_id + "/waiting-room/entry?token=";
    each([&](Api& api, Buyer& buyer) {
      if (buyer.has_bought || sold_ >= size_.seats) return true;
      const auto seen = api.get(path + buyer.token);
      if (seen.status == 503) return true;  // Asks again at its next turn.
      if (seen.status != 200) return fail("entry", seen);
      return seen.body["state"] != "let_in" || order(api, buyer);
    });
  }

  // Nobody who was not let in gets around it.
  int64_t count_skipping() {
    std::atomic<int64_t> skipping{0};
    each([&](Api& api, Buyer& buyer) {
      if (buyer.has_bought) return true;
      auto body = order_body(sale_.event_id, sale_.type_ids[0], 1);
      body["queue_token"] = buyer.token;
      const auto reply = api.post("/v1/orders", body, fresh_key());
      skipping += reply.code() != "queue_not_yet";
      return true;
    });
    return skipping;
  }

  // Those who bought are the first of the draw, which anybody can recompute.
  void check_fair(const std::string& seed) const {
    std::vector<std::pair<std::string, bool>> line;
    for (const auto& buyer : buyers_) {
      const auto id = from_base64url(buyer.token)->substr(0, 16);
      line.emplace_back(crypto::keyed_hash(seed, "room draw", id).substr(0, 8), buyer.has_bought);
    }
    std::sort(line.begin(), line.end());
    int64_t out_of_turn = 0;
    for (int i = 0; i < size_.buyers; ++i) {
      out_of_turn += line[static_cast<size_t>(i)].second != (i < size_.seats);
    }
    CHECK(out_of_turn == 0);
  }

  int sold() const { return sold_; }
  const std::string& failure() const { return failure_; }
  double p95_ms() {
    std::sort(order_ms_.begin(), order_ms_.end());
    return order_ms_.empty() ? 0 : order_ms_[order_ms_.size() * 95 / 100];
  }

 private:
  bool order(Api& api, Buyer& buyer) {
    auto body = order_body(sale_.event_id, sale_.type_ids[0], 1);
    body["queue_token"] = buyer.token;
    const auto key = fresh_key();
    const auto began = Steady::now();
    Reply reply;
    wait_until([&] { return (reply = api.post("/v1/orders", body, key)).status != 503; }, 60);
    if (reply.status != 201) return fail("order", reply);
    buyer.has_bought = true;
    ++sold_;
    const std::lock_guard lock(mutex_);
    order_ms_.push_back(seconds_since(began) * 1000);
    return true;
  }

  bool fail(const std::string& what, const Reply& reply) {
    const std::lock_guard lock(mutex_);
    failure_ = what + " " + std::to_string(reply.status) + " " + reply.text;
    return false;
  }

  const std::string url_;
  const OnSale sale_;
  const Size size_;
  std::vector<Buyer> buyers_;
  std::atomic<int> sold_{0};
  std::mutex mutex_;
  std::vector<double> order_ms_;
  std::string failure_;
};

}  // namespace

TEST_CASE("a rush through a waiting room sells every seat once, to the first of the draw", "[s5]") {
  const auto size = size_of_rush();
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 0, size.seats)});
  const auto room_path = "/v1/events/" + sale.event_id + "/waiting-room";
  const auto opens_in = static_cast<int64_t>(size.seconds_to_gather * time_scale());
  const auto opens_at = SystemClock().wall_ms() + opens_in * 1000;
  const auto room = host.api.send(
      "PUT", room_path, json{{"opens_at", rfc3339(opens_at)}, {"per_minute", 60'000}}.dump(),
      fresh_key());
  INFO(room.text);
  REQUIRE(room.status == 200);

  Rush rush(platform.url(), sale, size);
  rush.join();
  INFO(rush.failure());
  REQUIRE(rush.failure().empty());
  REQUIRE(SystemClock().wall_ms() < opens_at);  // All came early.
  platform.crash("ticket");                     // The line survives it.
  REQUIRE(wait_until(
      [&] {
        const auto seen = host.api.get(room_path);
        return seen.status == 200 && seen.body["drawn"] == true;
      },
      size.seconds_to_gather + 30));

  const auto began = Steady::now();
  REQUIRE(wait_until(
      [&] {
        rush.turn();
        return rush.sold() >= size.seats || !rush.failure().empty();
      },
      120));
  const auto seconds = seconds_since(began);
  INFO(rush.failure());
  REQUIRE(rush.failure().empty());
  CHECK(rush.sold() == size.seats);
  CHECK(rush.count_skipping() == 0);

  const auto types = host.api.get("/v1/events/" + sale.event_id + "/ticket-types");
  CHECK(types.body["items"][0]["available"] == 0);
  const auto after = host.api.get(room_path);
  CHECK(after.body["joined"] == size.buyers);
  CHECK(after.body["let_in"] == size.seats);
  rush.check_fair(*from_base64url(after.body["seed"].get<std::string>()));
  std::cout << size.buyers << " buyers, " << size.seats << " seats sold in " << seconds
            << " s; an order took " << rush.p95_ms() << " ms at p95\n";
  CHECK(platform.stop() == 0);
}
