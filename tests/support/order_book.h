// Orders that many callers make while the network fails, each for a buyer of its own, so that every
// order in the books can be told by whom, when, and what was answered.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "tests/support/crowd.h"

namespace bilten::test {

class OrderBook {
 public:
  enum class End { told, refused, not_run, unknown };
  struct Placed {
    End end = End::unknown;
    json order = {};  // Where told.
  };

  // The sale's orders are made as the crowd's host, who can list them.
  explicit OrderBook(OnSale sale);

  // One order of that type. Repeats under its key what nobody knows how it ended, unless the caller
  // gives up; what did not run it leaves, for good. Refused is what is sold out.
  Placed order(Caller& caller, const std::string& type_id, int quantity);
  // The caller was told that it is cancelled.
  void note_cancelled(const std::string& id);
  const OnSale& sale() const { return sale_; }

  // Once the crowd has finished: what in the books contradicts what callers were told, one a line.
  //   each order told of is there, in its state, none twice;
  //   none is there that was refused, that "did not run", or that nobody ordered;
  //   with `has_age`: one that nobody was told of was made within its call's budget or never;
  //   of each type as much is gone as the orders hold.
  std::vector<std::string> faults(Api& host, bool has_age);
  // "312 orders told, 4 did not run, 3 unknown of which 1 was made", after faults().
  std::string summary() const;

 private:
  struct Bid {
    UnixMillis began = 0;
    End end = End::unknown;
    std::string id = {};
    int found = 0;
  };
  // The mail of the order's buyer; `host` may look where it was not told to a caller.
  std::string buyer_of(const std::string& id, Api& host) const;
  void compare(const json& order, Api& host, bool has_age, std::vector<std::string>& wrong);
  void compare_stock(Api& host, std::vector<std::string>& wrong) const;
  static UnixMillis now();

  const OnSale sale_;
  const UnixMillis opened_ = now();
  mutable std::mutex mutex_;
  std::map<std::string, Bid> bids_;           // By the buyer's mail, ...
  std::map<std::string, std::string> mails_;  // ... which of an order told of is known.
  std::set<std::string> cancelled_;           // Orders.
  std::map<std::string, int64_t> taken_;      // Of each type, by orders in the books.
};

}  // namespace bilten::test
