// What a sale's orders, the provider's book, the ledger and the stock say of its money, against
// each other.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/support/api.h"
#include "tests/support/paying_buyer.h"
#include "tests/support/platform.h"

namespace bilten::test {

// What a provider has of one payment: minor units that came, and that went back.
struct Taken {
  int64_t captured = 0, refunded = 0;
  bool is_decided = true;  // Nothing can come any more.
};
using ProviderBook = std::map<std::string, Taken>;  // By payment id.
ProviderBook sandbox_book(Api& api);

struct SoldOrder {
  std::string id, secret;
};
std::vector<SoldOrder> orders_of(const std::vector<PayingBuyer>& buyers);

class MoneyBooks {
 public:
  // All orders that were made of the sale's first ticket type, of which there were so many.
  MoneyBooks(const OnSale& sale, std::vector<SoldOrder> orders, int64_t seats)
      : sale_(sale), orders_(std::move(orders)), seats_(seats) {}

  // What is wrong, one a line, once everything has come to its end:
  //   no order is held any more; one that is paid has its tickets, and no other has any;
  //   of each order the provider keeps what it is worth, and nothing of one that is not paid;
  //   the provider has no payments that are not known here, and none that may yet be paid;
  //   of the stock as much is gone as the paid orders have;
  //   the ledger balances, has at the provider what the provider has, and nothing on its way.
  std::vector<std::string> faults(Organizer& host, const ProviderBook& book);
  // Checks that there are none in the end, and that the journals are whole and make the same rows.
  void check(const Platform& platform, Organizer& host,
             const std::function<ProviderBook()>& read_book);
  // After faults() or check(): "312 paid, 40 over; 330 payments taken, 18 of them given back".
  std::string summary() const;

 private:
  using Lines = std::vector<std::string>;
  int64_t kept_of(const json& order, const SoldOrder& known, Api& api, const ProviderBook& book,
                  Lines& wrong);
  void compare_order(const SoldOrder& known, Api& api, const ProviderBook& book, Lines& wrong);
  void compare_stock(Api& api, Lines& wrong) const;
  void compare_ledger(Organizer& host, const ProviderBook& book, Lines& wrong) const;

  const OnSale sale_;
  const std::vector<SoldOrder> orders_;
  const int64_t seats_;
  size_t known_payments_ = 0;
  int paid_ = 0, over_ = 0, taken_ = 0, returned_ = 0;
  int64_t tickets_ = 0, worth_ = 0;
};

}  // namespace bilten::test
