// A workload: guests order one free ticket after the other, each under a key of its own, and take
// every fourth one to the door. What they were told is the history that the books must agree with.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/crowd.h"

namespace bilten::test {

class Purchases final : public Workload {
 public:
  // Of the sale's first ticket type, which is on sale everywhere.
  explicit Purchases(OnSale sale) : sale_(std::move(sale)) {}

  void turn(Caller& caller) override;

  // Once the crowd has finished: compares history and books; `host` may see the event's lists.
  void check_books(Api& host, int64_t seats) const;
  std::string summary() const;  // "812 orders, 203 scans"

 private:
  struct Order {
    std::string key, id, secret;
  };
  void enter(Caller& caller, const Order& order);

  const OnSale sale_;
  std::atomic<int> count_{0};
  mutable std::mutex mutex_;
  std::vector<Order> told_;
  std::vector<std::string> admitted_;  // Ticket ids.
};

}  // namespace bilten::test
