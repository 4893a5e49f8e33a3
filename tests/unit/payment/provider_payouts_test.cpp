// What a provider sends of its balance to the platform's bank account, as its report says.
#include "common/api/payment_ledger.h"
#include "daemons/payment/reconcile_runs.h"
#include "tests/unit/payment/stub_accounts.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Bank : Accounts {
  void report(const std::string& category, const std::string& reference, int64_t amount) {
    BalanceLine line;
    line.reference = reference;
    line.category = category;
    line.source = "po_1";
    line.amount = {amount, "EUR"};
    line.at = counter.bench.now;
    platform->lines.push_back(line);
  }
  ReconcileView reconcile() {
    counter.bench.now += kHour;
    counter.bench.must(RunReconcile{{"stripe"}});
    const auto last = [&] { return counter.bench.must(ReadReconcile{{"stripe"}}); };
    for (int i = 0; i < 5 && last().phase != ReconcilePhase::idle; ++i) {
      counter.run(kReconcileSender, "stripe");
    }
    return last();
  }
  // Over all organisations.
  std::map<std::string, int64_t> clearing() {
    std::map<std::string, int64_t> sums;
    int64_t all = 0;
    for (const auto& each : counter.bench.must(ReadPlatformBalance{}).accounts) {
      if (each.account == AccountKind::clearing) sums[each.of] += each.balance;
      all += each.balance;
    }
    CHECK(all == 0);
    return sums;
  }
  // Paid in the platform's account, and in its report.
  void sell() {
    const auto payment = counter.offer(counter.hold());
    const auto reference = counter.row(payment).reference;
    counter.bench.must(
        SettleTask{.kind = TaskKind::look_up,
                   .id = payment,
                   .intent = ToldIntent{reference, IntentState::captured, {1500, "EUR"}}});
    report("charge", "txn_charge", 1500);
    platform->lines.back().source = "ch_1";
    platform->lines.back().payment_id = payment;
  }

  Counter counter{without_own()};
};

}  // namespace

TEST_CASE("a provider's payout leaves its clearing account for the bank, once", "[payment]") {
  Bank at;
  at.sell();
  at.report("payout", "txn_po", -1200);
  for (int i = 0; i < 2; ++i) {
    const auto view = at.reconcile();
    CHECK(view.failure.empty());
    CHECK(view.open == 0);
    CHECK(view.lines == 2);
    CHECK(view.matched == 1);
    CHECK(at.clearing() == std::map<std::string, int64_t>{{"bank", 1200}, {"stripe", 300}});
  }
  at.counter.bench.check_rebuild();
}

TEST_CASE("a payout that comes back is the provider's again", "[payment]") {
  Bank at;
  at.sell();
  at.report("payout", "txn_po", -1200);
  at.reconcile();
  at.report("payout_reversal", "txn_back", 1200);
  CHECK(at.reconcile().open == 0);
  CHECK(at.clearing()["bank"] == 0);
  CHECK(at.clearing()["stripe"] == 1500);
  at.counter.bench.check_rebuild();
}

TEST_CASE("a report that lists a line twice, or a payment in a payout, books each once",
          "[payment]") {
  Bank at;
  at.sell();
  at.platform->lines.back().fee.amount = 20;
  at.platform->lines.push_back(at.platform->lines.back());
  at.report("payout", "txn_po", -1200);
  at.platform->lines.back().payment_id = at.platform->lines.front().payment_id;
  at.platform->lines.back().fee.amount = 5;
  at.platform->lines.push_back(at.platform->lines.back());
  at.reconcile();
  CHECK(at.clearing() == std::map<std::string, int64_t>{{"bank", 1200}, {"stripe", 280}});
  at.counter.bench.check_rebuild();
}

TEST_CASE("what an organiser's account pays out is none of the platform's money", "[payment]") {
  Bank at;
  Counter counter{at.with_own()};
  const auto payment = counter.offer(counter.hold());
  BalanceLine line;
  line.reference = "txn_po";
  line.category = "payout";
  line.source = "po_1";
  line.payment_id = payment;  // As whoever has the account may write into it.
  line.amount = {-1200, "EUR"};
  line.at = counter.bench.now;
  at.own->lines = {line};
  const auto account = account_name("stripe", id_of(1));
  counter.bench.must(RunReconcile{{account}});
  for (int i = 0; i < 2; ++i) counter.run(kReconcileSender, account);
  CHECK(counter.bench.must(ReadReconcile{{account}}).lines == 1);
  CHECK(counter.bench.must(ReadPlatformBalance{}).accounts.empty());
}
