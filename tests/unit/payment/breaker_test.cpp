// When a provider that fails is left alone, and when it is tried again.
#include "daemons/payment/breaker.h"

#include <catch2/catch.hpp>

#include "common/base/random.h"
#include "daemons/payment/provider_guard.h"

using namespace bilten;
using namespace bilten::payment;

namespace {

constexpr BreakerLimits kLimits{.failures_to_open = 3,
                                .rest_us = 1'000'000,
                                .rest_us_max = 4'000'000,
                                .trial_us_max = 10'000'000,
                                .beside_us = 100'000};

Breaker opened_at(SteadyMicros now) {
  Breaker breaker(kLimits);
  for (int i = 0; i < 3; ++i) breaker.failed(now);
  return breaker;
}

class HandClock final : public Clock {
 public:
  UnixMillis wall_ms() const override { return 0; }
  SteadyMicros steady_us() const override { return now; }
  SteadyMicros now = 1;
};

// Ends each call with `outcome`.
class PlayedProvider final : public Provider {
 public:
  std::string_view name() const override { return "played"; }
  Result<IntentView> open(const Intent&) override { return end(); }
  Result<IntentView> look_up(const std::string&) override { return end(); }
  Result<IntentView> capture(const std::string&, const std::string&) override { return end(); }
  Result<IntentView> cancel(const std::string&, const std::string&) override { return end(); }
  Result<RefundView> refund(const RefundOrder&) override { return RefundView{}; }
  Result<WebhookEvent> read_webhook(const RawWebhook&, UnixMillis) const override {
    return WebhookEvent{};
  }
  Code outcome = Code::ok;
  int calls = 0;

 private:
  Result<IntentView> end() {
    ++calls;
    if (outcome == Code::ok) return IntentView{};
    return Error{outcome, "played", ""};
  }
};

}  // namespace

TEST_CASE("failures in a row open the breaker, an answer between them starts the count anew",
          "[payment]") {
  Breaker breaker(kLimits);
  breaker.failed(1);
  breaker.failed(2);
  breaker.answered();
  breaker.failed(3);
  breaker.failed(4);
  CHECK(breaker.wait_us(5) == 0);
  breaker.failed(5);
  CHECK(breaker.is_open());
  CHECK(breaker.wait_us(5) == 1'000'000);
}

TEST_CASE("after its rest one caller tries and the others wait a moment for how it ends",
          "[payment]") {
  auto breaker = opened_at(0);
  CHECK(breaker.wait_us(999'999) == 1);
  CHECK(breaker.wait_us(1'000'000) == 0);
  CHECK(breaker.wait_us(1'000'000) == 100'000);
  breaker.answered();
  CHECK(breaker.wait_us(1'000'001) == 0);
  CHECK(breaker.wait_us(1'000'001) == 0);
}

TEST_CASE("each failed trial doubles the rest up to its limit", "[payment]") {
  auto breaker = opened_at(0);
  SteadyMicros now = 0;
  for (const SteadyMicros rest : {1'000'000, 2'000'000, 4'000'000, 4'000'000}) {
    CHECK(breaker.wait_us(now) == rest);
    now += rest;
    CHECK(breaker.wait_us(now) == 0);
    breaker.failed(now);
  }
}

TEST_CASE("what was under way when the breaker opened lengthens no rest", "[payment]") {
  auto breaker = opened_at(0);
  for (int i = 0; i < 100; ++i) breaker.failed(500'000);
  CHECK(breaker.wait_us(500'000) == 500'000);
}

TEST_CASE("a trial that says nothing gives way to another", "[payment]") {
  auto breaker = opened_at(0);
  CHECK(breaker.wait_us(1'000'000) == 0);
  CHECK(breaker.wait_us(10'999'999) == 1);
  CHECK(breaker.wait_us(11'000'000) == 0);
}

TEST_CASE("whatever happens, an open breaker lets one caller in a rest and a healthy one lets all",
          "[payment]") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SeededRandom random(seed);
    Breaker breaker(kLimits);
    SteadyMicros now = 0, let_in_at = -1'000'000;
    for (int step = 0; step < 500; ++step) {
      now += static_cast<SteadyMicros>(random.below(300'000));
      const bool was_open = breaker.is_open();
      if (breaker.wait_us(now) > 0) {
        CHECK(was_open);
        continue;
      }
      if (was_open) CHECK(now - let_in_at >= kLimits.rest_us);
      if (was_open) let_in_at = now;
      if (random.below(4) == 0) {
        breaker.answered();
        CHECK_FALSE(breaker.is_open());
        let_in_at = -1'000'000;
      } else {
        breaker.failed(now);
      }
    }
  }
}

TEST_CASE("a guarded provider that is down is asked nothing, and each caller is told how long",
          "[payment]") {
  auto played = std::make_unique<PlayedProvider>();
  auto& provider = *played;
  HandClock clock;
  GuardedProvider guard(std::move(played), clock, kLimits);
  provider.outcome = Code::unavailable;
  for (int i = 0; i < 3; ++i) CHECK(guard.look_up("x").error().reason == "played");
  const auto refused = guard.open({});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "provider_down");
  CHECK(refused.error().code == Code::no_capacity);
  CHECK(refused.error().retry_after_ms == 1001);
  CHECK(provider.calls == 3);
  CHECK(guard.read_webhook({}, 0));
  clock.now += 1'000'000;
  provider.outcome = Code::ok;
  CHECK(guard.cancel("x", "k"));
  CHECK_FALSE(guard.is_open());
}

TEST_CASE("refusals and a word to come back later are signs of life", "[payment]") {
  auto played = std::make_unique<PlayedProvider>();
  auto& provider = *played;
  const HandClock clock;
  GuardedProvider guard(std::move(played), clock, kLimits);
  for (const Code code : {Code::no_capacity, Code::unprocessable, Code::invalid, Code::conflict}) {
    provider.outcome = code;
    for (int i = 0; i < 10; ++i) CHECK(guard.capture("x", "k").error().reason == "played");
  }
  CHECK_FALSE(guard.is_open());
}
