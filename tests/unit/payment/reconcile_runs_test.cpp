// A provider's report, read by itself and compared with the ledger: fees, differences, and how they
// go.
#include "daemons/payment/reconcile_runs.h"

#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Books : Counter {
  // One step of a run; unheard: the daemon ends before what came of it is recorded.
  void step(bool is_heard = true) { run(kReconcileSender, "sandbox", is_heard); }
  ReconcileView last() { return bench.must(ReadReconcile{{"sandbox"}}); }
  ReconcileView reconcile() {
    bench.must(RunReconcile{{"sandbox"}});
    for (int i = 0; i < 20 && last().phase != ReconcilePhase::idle; ++i) step();
    REQUIRE(last().phase == ReconcilePhase::idle);
    return last();
  }
  int64_t balance(AccountKind kind) {
    ReadTrialBalance message{.organization_id = organization};
    int64_t sum = 0;
    for (const auto& account : bench.must(message, &manager).accounts) {
      if (account.account == kind) sum += account.balance;
    }
    return sum;
  }
  // The provider has money that nobody told us of.
  Id untold() {
    const auto payment = offer(hold());
    press(payment, Press::approve);
    return payment;
  }
};

ToldLine charge(const std::string& name, int64_t fee, UnixMillis at) {
  ToldLine line;
  line.reference = "t" + name;
  line.category = "charge";
  line.source = "c" + name;
  line.amount = {10, "EUR"};
  line.fee = fee;
  line.at = {at};
  return line;
}

}  // namespace

TEST_CASE("a report that agrees has no difference, and its fees are booked once", "[payment]") {
  Books books;
  const auto first = books.hold();
  const auto payment = books.pay(first);
  books.tell_sold(first, payment);
  books.pay(books.hold(10'000));
  books.tell_refunded(first, 500);
  books.work();
  books.bench.now += kHour;
  const auto view = books.reconcile();
  CHECK(view.failure.empty());
  CHECK(view.open == 0);
  CHECK(view.lines == 3);
  CHECK(view.matched == 3);
  // 1.4 % of 15.00 and of 100.00, and 0.25 each.
  CHECK(books.balance(AccountKind::provider_fees) == 21 + 25 + 140 + 25);
  CHECK(books.balance(AccountKind::clearing) == 1500 + 10'000 - 500 - 211);
  books.bench.now += 24 * kHour;
  CHECK(books.reconcile().open == 0);
  CHECK(books.balance(AccountKind::provider_fees) == 211);
  books.bench.check_rebuild();
}

TEST_CASE("money that a provider has and we do not know is a difference until we do", "[payment]") {
  Books books;
  const auto payment = books.untold();
  CHECK(books.reconcile().open == 0);  // Just now: the webhook may be on its way.
  books.bench.now += kHour;
  const auto view = books.reconcile();
  REQUIRE(view.differences.size() == 1);
  CHECK(view.differences[0].kind == DifferenceKind::missing_here);
  CHECK(view.differences[0].reference == books.row(payment).reference);
  CHECK(view.differences[0].theirs == 1500);
  const auto since = view.differences[0].since;
  books.bench.now += 20 * 24 * kHour;
  const auto later = books.reconcile();
  REQUIRE(later.differences.size() == 1);
  CHECK(later.differences[0].since == since);
  books.work();
  books.bench.now += kHour;
  const auto resolved = books.reconcile();
  CHECK(resolved.open == 0);
  CHECK(resolved.differences.empty());
  books.bench.check_rebuild();
}

TEST_CASE("money that a provider told of and does not have is a difference", "[payment]") {
  Books books;
  const auto payment = books.offer(books.hold());
  books.bench.must(SettleTask{
      .kind = TaskKind::look_up,
      .id = payment,
      .intent = ToldIntent{books.row(payment).reference, IntentState::captured, {1500, "EUR"}}});
  books.bench.now += kHour;
  const auto view = books.reconcile();
  REQUIRE(view.differences.size() == 1);
  CHECK(view.differences[0].kind == DifferenceKind::missing_there);
  CHECK(view.differences[0].ours == 1500);
}

TEST_CASE("a difference that is explained is listed no more, until it is another", "[payment]") {
  Books books;
  const auto reference = books.row(books.untold()).reference;
  books.bench.now += kHour;
  books.reconcile();
  const DismissDifference message{{"sandbox"}, reference, "EUR"};
  books.bench.must(message);
  CHECK(books.bench.refusal(message) == "unknown_difference");
  CHECK(books.last().open == 0);
  books.bench.now += kHour;
  CHECK(books.reconcile().open == 0);
  books.bench.check_rebuild();
}

TEST_CASE("a step whose end is lost is made again, and a page told twice counts once",
          "[payment]") {
  Books books;
  books.pay(books.hold());
  books.bench.now += kHour;
  books.bench.must(RunReconcile{{"sandbox"}});
  books.step(false);
  CHECK(books.last().lines == 0);
  const auto run = books.bench.must(RunReconcile{{"sandbox"}});
  CHECK(run.phase == ReconcilePhase::reading);
  CHECK(books.count("payment.reconcile_begun") == 1);
  books.bench.now += kHour / 30;
  CHECK(books.bench.run_timers() > 0);
  books.step();
  CHECK(books.last().lines == 1);
  SettleReconcile message{{"sandbox"}, 1};
  message.page.emplace().lines.push_back(charge("other", 0, books.bench.now));
  books.bench.must(message);
  CHECK(books.last().lines == 1);
  books.step();
  CHECK(books.last().phase == ReconcilePhase::idle);
  CHECK(books.last().matched == 1);
  books.bench.check_rebuild();
}

TEST_CASE("a provider that does not answer is asked again, then given up until the next run",
          "[payment]") {
  Books books;
  books.bench.must(RunReconcile{{"sandbox"}});
  SettleReconcile message{{"sandbox"}, 1};
  message.failure = ToldFailure{"timed_out", true, 0};
  for (int i = 0; i < 9; ++i) {
    books.bench.must(message);
    REQUIRE(books.last().phase == ReconcilePhase::reading);
    books.bench.now += kHour;
    books.bench.run_timers();
  }
  books.bench.must(message);
  const auto view = books.last();
  CHECK(view.phase == ReconcilePhase::idle);
  CHECK(view.failure == "timed_out");
  CHECK(view.next_at == Instant{books.bench.now + 24 * kHour});
  books.bench.now += 24 * kHour;
  books.bench.run_timers();
  CHECK(books.last().phase == ReconcilePhase::reading);
  books.bench.check_rebuild();
}

TEST_CASE("the provider of the settings is seen to by itself, others are not asked", "[payment]") {
  Books books;
  auto config = Counter::settings();
  const auto start = [&](const Rows& rows, const Context& context) {
    Effects effects;
    plan_reconcile(rows, context, config, {"sandbox"}, effects);
    return effects;
  };
  CHECK(books.bench.refusal(ReadReconcile{{"sandbox"}}) == "never_reconciled");
  config.reconcile_every_h = 0;
  books.bench.start(start);
  CHECK(books.bench.refusal(ReadReconcile{{"sandbox"}}) == "never_reconciled");
  config.reconcile_every_h = 24;
  books.bench.start(start);
  const auto next = books.last().next_at;
  CHECK(next == Instant{books.bench.now + 24 * kHour});
  books.bench.now += kHour;
  books.bench.start(start);
  CHECK(books.last().next_at == next);
  CHECK(books.bench.refusal(RunReconcile{{"stripe"}}) == "no_report");
}

TEST_CASE("a long report is read page by page, and an old one is forgotten", "[payment]") {
  Books books;
  books.bench.must(RunReconcile{{"sandbox"}});
  std::string cursor;
  for (int i = 0; i < 3; ++i) {
    SettleReconcile message{{"sandbox"}, 1};
    auto& page = message.page.emplace();
    page.cursor = cursor;
    for (int k = 0; k < 100; ++k) {
      page.lines.push_back(
          charge(std::to_string(100 * i + k), k == 0 ? 3 : 0, books.bench.now - kHour));
    }
    cursor = i < 2 ? "page" + std::to_string(i) : "";
    page.next = cursor;
    books.bench.must(message);
  }
  books.step();
  const auto view = books.last();
  CHECK(view.lines == 303);  // A fee of nobody's payment is a line of its own.
  CHECK(view.open == 303);
  books.bench.now += kHour;
  books.reconcile();
  size_t kept = 0;
  const auto snapshot = books.bench.store->snapshot();
  snapshot->rows().scan<ReportRow>({}, {}, SIZE_MAX, [&](std::string_view, const ReportRow&) {
    ++kept;
    return true;
  });
  CHECK(kept == 0);
  CHECK(books.last().open == 0);
  books.bench.check_rebuild();
}
