// A rush of buyers who pay, over a few connections: each is a thread that has its own part of them
// under way at once. They come as they are let in.
#pragma once

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/paying_buyer.h"
#include "tests/support/platform.h"

namespace bilten::test {

class PayingCrowd {
 public:
  // `url`: of the gateway.
  PayingCrowd(const std::string& url, std::vector<PayingBuyer> buyers, int connections,
              PressButton press);
  ~PayingCrowd() { stop(); }
  PayingCrowd(const PayingCrowd&) = delete;
  PayingCrowd& operator=(const PayingCrowd&) = delete;

  // So many more come.
  void let_in(size_t buyers) { let_in_ += buyers; }
  // Steps by which buyers came on, so far.
  int64_t moves() const { return moves_; }
  size_t finished() const { return finished_; }
  size_t acted() const { return acted_; }
  // Have come, and have something to do yet.
  size_t acting() const { return std::min(buyers_.size(), let_in_.load()) - acted_; }
  size_t size() const { return buyers_.size(); }
  void stop();
  // Once stopped: those who have something to do yet, one a line.
  std::string describe_acting() const;
  // Once stopped.
  const std::vector<PayingBuyer>& buyers() const { return buyers_; }

 private:
  void serve(const std::string& url, size_t part, size_t parts);

  std::vector<PayingBuyer> buyers_;
  const PressButton press_;
  std::atomic<size_t> let_in_{0}, finished_{0}, acted_{0};
  std::atomic<int64_t> moves_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

// The first `rushing` of the crowd come, part by part, and in the midst of each part a daemon is
// killed: payment, ticket or the broker. `before_kill` is told the kill's number. Returns once all
// of them did what they were going to do.
void rush_through_kills(const Platform& platform, PayingCrowd& crowd, size_t rushing, int kills,
                        const std::function<void(int kill)>& before_kill = {});

}  // namespace bilten::test
