// Readers of the live stream who come back: none of the facts in between is lost, none is told
// twice, whether they left or the gateway was killed.
#include "tests/support/live_stream.h"

#include <catch2/catch.hpp>
#include <memory>
#include <mutex>
#include <thread>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

// Places one free order after the other from a thread of its own. One that was not answered is
// repeated under its key, so that it is placed once.
class SteadyGuest {
 public:
  SteadyGuest(std::string url, OnSale sale)
      : url_(std::move(url)), sale_(std::move(sale)), thread_([this] { buy(); }) {}
  ~SteadyGuest() { stop(); }

  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::vector<std::string> orders() const {
    const std::lock_guard lock(mutex_);
    return orders_;
  }

 private:
  void buy() {
    Api api(url_);
    api.timeout_ms = 3'000;
    const auto body = order_body(sale_.event_id, sale_.type_ids[0], 1);
    while (!stop_) {
      const auto key = fresh_key();
      auto order = api.post("/v1/orders", body, key);
      while (order.status != 201) order = (let_pass(0.02), api.post("/v1/orders", body, key));
      const std::lock_guard lock(mutex_);
      orders_.push_back(order.body["id"]);
    }
  }

  const std::string url_;
  const OnSale sale_;
  mutable std::mutex mutex_;
  std::vector<std::string> orders_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// As soon as the gateway takes it, also while that starts.
std::unique_ptr<LiveStream> come_back(const Platform& platform, const std::string& token,
                                      const std::string& last_id) {
  std::unique_ptr<LiveStream> stream;
  int status = 0;
  REQUIRE(wait_until(
      [&] {
        stream = std::make_unique<LiveStream>(platform.url(), token, last_id);
        status = stream->status();
        return status != 0 && status != 503;
      },
      20));
  REQUIRE(status == 200);  // And not 401: the token is good.
  return stream;
}

}  // namespace

TEST_CASE("a reader that comes back with its last id is told each order once, also after kill -9",
          "[integration][stream]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 100'000)});
  auto stream = come_back(platform, host.api.token(), {});
  SteadyGuest guest(platform.url(), sale);
  std::vector<std::string> told;
  const auto hear = [&](size_t count) {
    while (told.size() < count) {
      const auto live = stream->next();
      REQUIRE(live);
      if (live->event == "ticket.sold") told.push_back(live->fact["order_id"]);
    }
  };
  for (int round = 0; round < 6; ++round) {
    const auto placed = guest.orders().size();
    hear(placed + 3);
    if (round % 2 == 1) {
      platform.crash("gateway");
      // What had arrived is read; more does not come.
      while (const auto live = stream->next()) {
        if (live->event == "ticket.sold") told.push_back(live->fact["order_id"]);
      }
    }
    const auto last_id = stream->last_id();
    stream.reset();
    const auto left_at = guest.orders().size();
    REQUIRE(wait_until([&] { return guest.orders().size() > left_at + 3; }, 20));
    stream = come_back(platform, host.api.token(), last_id);
  }
  guest.stop();
  const auto orders = guest.orders();
  hear(orders.size());
  CHECK(told == orders);
}

TEST_CASE("a guest who comes back while the killed gateway starts is told what was published",
          "[integration][stream]") {
  Platform platform;
  auto host = organizer(platform.url());
  std::string last_id = come_back(platform, {}, {})->last_id();
  for (int round = 0; round < 3; ++round) {
    const auto sale = on_sale(host, {type_body("Free entry", 0, 10)});
    platform.crash("gateway");
    const auto stream = come_back(platform, {}, last_id);
    auto live = stream->next();
    while (live && live->event != "event.listed") live = stream->next();
    REQUIRE(live);
    CHECK(live->fact["event_id"] == sale.event_id);
    last_id = stream->last_id();
    REQUIRE(wait_until([&] { return platform.is_ready(); }, 20));
  }
}
