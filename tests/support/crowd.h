// Buyers on the machines of a lab: each orders one free ticket after the other through its
// machine's gateway, repeating under one key until it is told how that ended, and has some scanned
// at the door. What they were told is the history that the books must agree with.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/api.h"
#include "tests/support/vms.h"

namespace bilten::test {

class Crowd {
 public:
  static constexpr int kPerMachine = 2;

  // `sale` is on sale everywhere; `door` is a token that may scan.
  Crowd(const Vms& vms, OnSale sale, std::string door);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Orders acknowledged so far through that machine's gateway.
  int orders(int machine) const { return orders_[machine]; }
  // That many more orders on each of these machines, within the time.
  bool go_on(const std::set<int>& machines, int orders, double seconds = 15) const;
  // Calls so far that were not answered as they should be at once, one a line: a broken connection,
  // a 5xx.
  std::string failures() const;
  int failed() const { return failed_; }
  std::string summary() const;  // "812 orders, 203 scans, 0 calls failed", once finished.
  // Whether a buyer whose gateway does not answer asks another machine's, as a proxy in front does.
  void may_go_elsewhere(bool may) { elsewhere_ = may; }
  // The longest that a call took, in seconds, since it was last asked.
  double slowest() { return slowest_.exchange(0); }
  // Every buyer ends what it is at.
  void finish();

  // Compares history and books, once finished; `host` may see the event's lists.
  void check_books(Api& host, int64_t seats) const;

 private:
  struct Order {
    std::string key, id, secret;
  };
  // A buyer's ways in, its own machine's first; and the same with the door's token.
  struct Gateways {
    int machine;
    std::vector<Api> guest, door;
  };
  using Ask = std::function<Reply(Api&)>;
  void buy(int machine);
  Reply until_told(const Gateways& from, std::vector<Api>& gateways, const Ask& ask);
  void enter(Gateways& gateways, const Order& order);
  void note_failure(int machine, const Reply& reply);

  const Vms& vms_;
  const OnSale sale_;
  const std::string door_;
  std::atomic<bool> stop_{false}, elsewhere_{false};
  std::atomic<int> orders_[Vms::kMachines + 1] = {}, failed_{0};
  std::atomic<double> slowest_{0};
  mutable std::mutex mutex_;
  std::vector<Order> told_;
  std::vector<std::string> admitted_;  // Ticket ids.
  std::string failures_;
  std::vector<std::thread> buyers_;
};

}  // namespace bilten::test
