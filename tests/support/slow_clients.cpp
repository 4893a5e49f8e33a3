#include "tests/support/slow_clients.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/platform.h"

namespace bilten::test {

double fresh_client_ms(uint32_t port, std::string_view request) {
  std::vector<double> took_ms;
  for (int i = 0; i < 10; ++i) {
    const auto started = std::chrono::steady_clock::now();
    HttpClient client(port);
    client.send(request);
    REQUIRE(client.read().status == 200);
    took_ms.push_back(1000 * seconds_since(started));
  }
  // Not the slowest, since the machine has other work too.
  std::sort(took_ms.begin(), took_ms.end());
  return took_ms[took_ms.size() / 2];
}

Drip::Drip(std::vector<HttpClient>& clients)
    : thread_([this, &clients] {
        for (; !stop_; ++rounds_, let_pass(0.1)) {
          for (auto& client : clients) {
            if (!client.is_readable(0)) client.send("a");
          }
        }
      }) {}

Drip::~Drip() {
  stop_ = true;
  thread_.join();
}

}  // namespace bilten::test
