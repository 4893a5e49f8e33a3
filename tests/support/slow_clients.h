// Clients that hold a server's connections, and what a fresh one notices of them.
#pragma once

#include <atomic>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/http_client.h"

namespace bilten::test {

// The middle of how long ten fresh clients were kept waiting, one after the other. Requires that
// each is answered 200.
double fresh_client_ms(uint32_t port, std::string_view request);

// Sends a byte on each connection ten times a second, until it is answered or this goes.
class Drip {
 public:
  explicit Drip(std::vector<HttpClient>& clients);
  ~Drip();
  Drip(const Drip&) = delete;
  Drip& operator=(const Drip&) = delete;

  // How often each that still waits was sent one.
  size_t rounds() const { return rounds_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<size_t> rounds_{0};
  std::thread thread_;
};

}  // namespace bilten::test
