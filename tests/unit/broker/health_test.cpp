// The small parts of the dispatch by themselves: health of a worker, standing queues, a bucket.
#include "broker/health.h"

#include <catch2/catch.hpp>

#include "broker/bucket.h"
#include "broker/congestion.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

constexpr SteadyMicros kSecond = 1'000'000;

// Answers, one a millisecond; the last change.
Health::Change answers(Health& health, SteadyMicros& now, int count, bool well) {
  auto change = Health::Change::none;
  for (int i = 0; i < count; ++i) {
    now += 1000;
    health.sent(now - 500);
    change = health.answered(now, now - 500, well);
    health.released(now - 500);
  }
  return change;
}

}  // namespace

TEST_CASE("the share of failures rises to one, falls to zero, and fades with time", "[broker]") {
  Health health;
  SteadyMicros now = kSecond;
  answers(health, now, 5, false);
  const auto some = health.failures(now);
  CHECK(some > Health::kOne / 5);
  CHECK(health.penalty(now) == Health::kOne + 8 * uint64_t{some});
  CHECK(health.failures(now + 5 * kSecond) == some / 2);
  CHECK(health.failures(now + 3600 * kSecond) == 0);
  answers(health, now, 300, true);
  CHECK(health.failures(now) == 0);
}

TEST_CASE("a breaker opens at half failures of twenty answers, not before", "[broker]") {
  Health health;
  SteadyMicros now = kSecond;
  CHECK(answers(health, now, 19, false) == Health::Change::none);
  CHECK(health.is_closed());
  CHECK(answers(health, now, 1, false) == Health::Change::opened);
  CHECK_FALSE(health.admits(now));

  Health mostly_well;
  answers(mostly_well, now, 100, true);
  answers(mostly_well, now, 99, false);
  CHECK(mostly_well.is_closed());
  CHECK(answers(mostly_well, now, 1, false) == Health::Change::opened);
}

TEST_CASE("old answers do not open a breaker", "[broker]") {
  Health health;
  SteadyMicros now = kSecond;
  answers(health, now, 19, false);
  now += Health::kWindowMicros;
  CHECK(answers(health, now, 1, false) == Health::Change::none);
}

TEST_CASE("an open breaker lets one probe through after its pause, and its answer decides",
          "[broker]") {
  Health health;
  SteadyMicros now = kSecond;
  answers(health, now, 20, false);
  const auto opened_at = now;
  CHECK_FALSE(health.admits(opened_at + Health::kPauseMinMicros - 1));
  now = opened_at + Health::kPauseMinMicros;
  REQUIRE(health.admits(now));
  health.sent(now);
  CHECK_FALSE(health.admits(now));  // One probe at a time.
  // What was sent before says nothing.
  CHECK(health.answered(now, opened_at - 1, true) == Health::Change::none);
  CHECK_FALSE(health.admits(now));
  CHECK(health.answered(now + 10, now, false) == Health::Change::none);
  CHECK_FALSE(health.admits(now + Health::kPauseMinMicros + 10));  // Now twice as long.
  now += 2 * Health::kPauseMinMicros + 10;
  REQUIRE(health.admits(now));
  health.sent(now);
  CHECK(health.answered(now + 10, now, true) == Health::Change::closed);
  CHECK(health.is_closed());
}

TEST_CASE("a probe that ends without a verdict makes room for another", "[broker]") {
  Health health;
  SteadyMicros now = kSecond;
  answers(health, now, 20, false);
  now += Health::kPauseMinMicros;
  health.sent(now);
  health.released(now);
  CHECK(health.admits(now));
}

TEST_CASE("what a service refuses is no failure of its worker", "[broker]") {
  for (const auto code : {Code::ok, Code::not_found, Code::conflict, Code::exhausted, Code::invalid,
                          Code::too_many, Code::busy_key, Code::denied}) {
    CHECK(verdict_on(code, kSlowMicros) == Verdict::well);
  }
  for (const auto code : {Code::internal, Code::unavailable, Code::no_capacity}) {
    CHECK(verdict_on(code, 0) == Verdict::failed);
  }
  // A client's tiny budget proves nothing.
  CHECK(verdict_on(Code::deadline_inflight, kSlowMicros - 1) == Verdict::none);
  CHECK(verdict_on(Code::deadline_inflight, kSlowMicros) == Verdict::failed);
  CHECK(verdict_on(Code::cancelled, kSlowMicros) == Verdict::none);
}

TEST_CASE("a burst does not make a queue stand, a hundred milliseconds on end do", "[broker]") {
  Congestion congestion;
  SteadyMicros now = kSecond;
  for (SteadyMicros wait = 20'000; wait <= 180'000; wait += 20'000) {
    congestion.look(now += 20'000, wait);
    CHECK_FALSE(congestion.is_standing());
  }
  congestion.look(now += 20'000, 90'000);  // It flowed for a moment.
  for (int i = 0; i < 5; ++i) congestion.look(now += 20'000, 150'000);
  CHECK_FALSE(congestion.is_standing());
  congestion.look(now += 20'000, 150'000);
  CHECK(congestion.is_standing());
  congestion.look(now += 20'000, 60'000);
  CHECK(congestion.is_standing());
  congestion.look(now += 20'000, 40'000);
  CHECK_FALSE(congestion.is_standing());
}

TEST_CASE("the advice when to come back follows the pace at which the queue drains", "[broker]") {
  Congestion congestion;
  SteadyMicros now = kSecond;
  CHECK(congestion.retry_after_ms(100, 500) == 500);  // Nothing measured.
  congestion.look(now, 1);
  for (int i = 0; i < 10; ++i) {
    for (int sent = 0; sent < 4; ++sent) congestion.departed();
    congestion.look(now += 20'000, 1);  // 200 a second.
  }
  CHECK(congestion.retry_after_ms(99, 500) == 500);
  CHECK(congestion.retry_after_ms(19, 500) == 100);
  CHECK(congestion.retry_after_ms(0, 500) == Congestion::kRetryMinMs);
  for (int i = 0; i < 40; ++i) congestion.look(now += 20'000, 1);
  CHECK(congestion.retry_after_ms(100, 500) == Congestion::kRetryMaxMs);
}

TEST_CASE("a bucket gives a second's worth at once, then its rate", "[broker]") {
  Bucket bucket;
  SteadyMicros now = kSecond;
  CHECK(bucket.take(now) == 0);  // No rate, no limit.
  bucket.set_rate(10);
  for (int i = 0; i < 10; ++i) CHECK(bucket.take(now) == 0);
  CHECK(bucket.take(now) == 100'000);
  now += 100'000;
  CHECK(bucket.take(now) == 0);
  CHECK(bucket.take(now) == 100'000);
  now += 3600 * kSecond;
  int given = 0;
  while (bucket.take(now) == 0) ++given;
  CHECK(given == 10);
}
