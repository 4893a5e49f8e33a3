// Connections to Stripe, shared by all accounts: a key comes with each request, so they may take
// turns on one connection. As many as there are calls at once. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/http/client.h"

namespace bilten::payment::stripe {

class Connections {
 public:
  // `reach`: where they go, and nowhere else.
  explicit Connections(http::Reach reach) : reach_(std::move(reach)) {}

  Result<http::Response> send(const http::Request& request) {
    auto client = take();
    auto answer = client->send(request);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(client));
    return answer;
  }

 private:
  std::unique_ptr<http::Client> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<http::Client>(reach_);
    auto client = std::move(idle_.back());
    idle_.pop_back();
    return client;
  }

  const http::Reach reach_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<http::Client>> idle_;  // With their connections.
};

}  // namespace bilten::payment::stripe
