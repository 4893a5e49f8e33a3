// Many clients that hold the gateway's connections and do little with them, each kind in turn:
// whoever comes next is answered as ever. The gateway is the real one with its defaults.
#include <catch2/catch.hpp>

#include "tests/support/api.h"
#include "tests/support/platform.h"
#include "tests/support/siege.h"
#include "tests/support/slow_clients.h"

using namespace bilten::test;

namespace {

// A sanitizer's threads are too heavy for the full number.
constexpr size_t kMany = is_sanitized() ? 100 : 1'000;
constexpr size_t kStalled = 50;
constexpr double kFreshMs = 100, kLimitS = 5, kSlackS = 2;  // The limit: head_ms, stall_ms.
const std::string kAsk = "GET /v1/events?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct Crowded {
  // The gateway inherits it.
  const size_t descriptors = raise_descriptor_limit();
  Platform platform;
  uint32_t port = port_of(platform.url());

  Crowded() { REQUIRE(descriptors > kMany + 500); }
  // All that have come are served by a thread each once the last one is.
  std::vector<HttpClient> clients(const std::string& bytes) const {
    std::vector<HttpClient> clients;
    for (size_t i = 0; i < kMany; ++i) {
      clients.emplace_back(port);
      REQUIRE(clients.back().connected());
      if (!bytes.empty()) REQUIRE(clients.back().send(bytes));
    }
    return clients;
  }
  void check_fresh_client() const { CHECK(fresh_client_ms(port, kAsk) < kFreshMs * time_scale()); }
  // Of the gateway's own page.
  double figure(const std::string& name) const {
    const auto page = Api(platform.url()).get("/metrics").text;
    const auto at = page.find("\n" + name + "{");
    if (at == std::string::npos) return -1;
    return std::stod(page.substr(page.find("} ", at) + 2));
  }
};

}  // namespace

TEST_CASE("a thousand idle clients of the gateway do not keep a fresh one waiting",
          "[integration]") {
  Crowded crowded;
  auto idle = crowded.clients(kAsk);
  for (auto& client : idle) REQUIRE(client.read().status == 200);
  crowded.check_fresh_client();
  for (auto& client : idle) {  // All the time each had its connection.
    REQUIRE(client.send(kAsk));
    REQUIRE(client.read().status == 200);
  }
}

TEST_CASE("a thousand silent clients of the gateway do not keep a fresh one waiting, and are cut",
          "[integration]") {
  Crowded crowded;
  auto silent = crowded.clients("");
  const auto since = std::chrono::steady_clock::now();
  crowded.check_fresh_client();
  for (auto& client : silent) {
    REQUIRE(client.is_closed(static_cast<int>(10'000 * time_scale())));
  }
  CHECK(seconds_since(since) < (kLimitS + kSlackS) * time_scale());
}

TEST_CASE("a thousand heads that drip into the gateway do not keep a fresh client waiting",
          "[integration]") {
  Crowded crowded;
  auto slow = crowded.clients("GET /v1/events HTTP/1.1\r\nHost: localhost\r\nX: ");
  const auto since = std::chrono::steady_clock::now();
  const Drip drip(slow);  // A limit that each byte sets anew would never be reached.
  crowded.check_fresh_client();
  for (auto& client : slow) {
    REQUIRE(client.read(static_cast<int>(10'000 * time_scale())).status == 408);
    REQUIRE(client.is_closed());
  }
  CHECK(seconds_since(since) < (kLimitS + kSlackS) * time_scale());
  CHECK(drip.rounds() > 5);
}

TEST_CASE("fifty readers that stall do not keep a fresh client of the gateway waiting",
          "[integration]") {
  Crowded crowded;
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::vector<HttpClient> stalled;
  for (size_t i = 0; i < kStalled; ++i) {
    stalled.emplace_back(crowded.port, 2048);
    REQUIRE(stalled.back().send(flood));
  }
  // The page that tells is one of them, too.
  const auto in_flight = [&] { return crowded.figure("http_requests_in_flight"); };
  REQUIRE(wait_until([&] { return in_flight() == kStalled + 1; }));
  crowded.check_fresh_client();
  // Each was stuck in a write all the time; the last fresh client's answer is counted for a moment.
  CHECK(wait_until([&] { return in_flight() == kStalled + 1; }, 1));
  CHECK(wait_until([&] { return in_flight() == 1; }, 2 * kLimitS + kSlackS));
  for (auto& client : stalled) CHECK(client.is_cut());
}
