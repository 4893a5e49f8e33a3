// A till of an organisation with an account of its own at a provider: what it sells is there.
#pragma once

#include "common/api/payment.h"
#include "common/api/payment_fees.h"
#include "common/api/payment_payouts.h"
#include "tests/unit/payment/till.h"

namespace bilten::test {

// Ten percent to the platform; its own account at a provider unless a sale says otherwise.
struct OwnTill : Till {
  explicit OwnTill(int64_t rate = 1000) {
    api::payment::SetFeePolicy policy;
    policy.currency = "EUR";
    policy.rate = rate;
    bench.must(policy);
  }
  Movement money(const Id& order_id, int64_t amount, bool is_own = true) {
    auto made = movement(order_id, amount);
    if (is_own) made.provider = "stripe-own";
    return made;
  }
  Id sell(int64_t price, bool is_own = true) {
    const auto order = hold({line(type, 1, price, 0, 1900)});
    book([&](Books& books, const Rows& rows) {
      book_capture(books, rows, money(order, price, is_own));
    });
    return order;
  }
  void give_back(const Id& order, int64_t amount) {
    refund(order, amount, {});
    book([&](Books& books, const Rows& rows) {
      book_refund_sent(books, rows, money(order, amount));
    });
  }
  // The event ended a week ago, and its timers have run.
  void come_due() {
    end_event();
    bench.now += 7 * kDayMillis;
    bench.run_timers();
  }
  std::vector<api::payment::PayoutView> payouts() {
    return bench.must(api::payment::ListPayouts{organization}, &manager).items;
  }
  void check() {
    int64_t sum = 0;
    for (const auto& [account, balance] : balances()) sum += balance;
    CHECK(sum == 0);
    bench.check_rebuild();
  }
};

}  // namespace bilten::test
