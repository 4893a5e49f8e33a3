// Answers that guests share: how old they may be, who asks, and what happens when nobody answers.
#include "gateway/shared_answers.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace bilten;
using namespace bilten::gateway;

namespace {

struct HandClock final : Clock {
  UnixMillis wall_ms() const override { return 0; }
  SteadyMicros steady_us() const override { return now; }
  std::atomic<SteadyMicros> now{1'000'000'000};
};

constexpr SteadyMicros kMs = 1000, kSecond = 1'000'000;

struct Hall {
  HandClock clock;
  SharedAnswers shared{{250, 60}, clock};
  std::atomic<int> asked{0};
  Response next{.status = 200, .content_type = "application/json", .body = "1"};

  Response get(const std::string& target = "/v1/x") {
    return shared.find_or_ask(target, [this] {
      ++asked;
      return next;
    });
  }
};

}  // namespace

TEST_CASE("an answer is shared while it is fresh, and no longer", "[shared]") {
  Hall hall;
  CHECK(hall.get().body == "1");
  hall.next.body = "2";
  hall.clock.now += 250 * kMs;
  CHECK(hall.get().body == "1");
  CHECK(hall.asked == 1);
  hall.clock.now += 1;
  CHECK(hall.get().body == "2");
  CHECK(hall.get("/v1/x?promo_code=A").body == "2");
  CHECK(hall.asked == 3);
}

TEST_CASE("what is not a 200 is not shared", "[shared]") {
  Hall hall;
  hall.next.status = 404;
  CHECK(hall.get().status == 404);
  hall.next.status = 200;
  CHECK(hall.get().status == 200);
  // What is gone is gone for everybody.
  hall.clock.now += kSecond;
  hall.next.status = 404;
  CHECK(hall.get().status == 404);
  CHECK_FALSE(hall.shared.find_kept("/v1/x"));
}

TEST_CASE("while the service cannot answer the last answer is given, with its age", "[shared]") {
  Hall hall;
  hall.get();
  hall.next.status = 503;
  hall.clock.now += 59 * kSecond;
  const auto kept = hall.get();
  CHECK(kept.status == 200);
  CHECK(kept.body == "1");
  CHECK(kept.headers.find("Age: 59\r\n") != std::string::npos);
  CHECK(hall.shared.find_kept("/v1/x").value().body == "1");
  hall.clock.now += 2 * kSecond;
  CHECK(hall.get().status == 503);
  CHECK_FALSE(hall.shared.find_kept("/v1/x"));
  CHECK_FALSE(hall.shared.find_kept("/v1/y"));
}

TEST_CASE("one asks, and the others are given what is known meanwhile", "[shared]") {
  Hall hall;
  hall.get();
  hall.clock.now += kSecond;
  int others = 0;
  const auto answer = hall.shared.find_or_ask("/v1/x", [&] {
    for (; others < 5; ++others) CHECK(hall.get().body == "1");
    return Response{.status = 200, .body = "2"};
  });
  CHECK(others == 5);
  CHECK(answer.body == "2");
  CHECK(hall.asked == 1);
  CHECK(hall.get().body == "2");
}

TEST_CASE("any number of targets and askers at once", "[shared]") {
  Hall hall;
  std::vector<std::thread> threads;
  for (int part = 0; part < 4; ++part) {
    threads.emplace_back([&, part] {
      for (int i = 0; i < 20'000; ++i) {
        const auto target = "/v1/" + std::to_string((i * 7 + part) % 9000);
        const auto response = hall.shared.find_or_ask(
            target, [&] { return Response{.status = 200, .body = target}; });
        if (response.body != target) FAIL_CHECK(target << " was answered " << response.body);
        hall.clock.now += kMs;
      }
    });
  }
  for (auto& thread : threads) thread.join();
}
