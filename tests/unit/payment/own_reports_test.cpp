// What own accounts of organisations report, each compared with its organisation's ledger: whose
// differences they are, what is nobody's here, and that one that cannot be read stops no other.
#include "common/api/payment_reconcile.h"
#include "common/api/payment_staff.h"
#include "daemons/payment/differences.h"
#include "daemons/payment/ledger.h"
#include "daemons/payment/reconcile_runs.h"
#include "tests/unit/payment/stub_accounts.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Reports : Accounts {
  // Paid in the organisation's own account; `is_told`: its webhook came.
  Id pay(bool is_told = true) {
    const auto payment = counter.offer(counter.hold());
    const auto reference = counter.row(payment).reference;
    own->lines.push_back(line("charge", "ch_" + reference, 1500, 47));
    own->lines.back().payment_id = payment;
    if (is_told) tell(payment);
    return payment;
  }
  void tell(const Id& payment) {
    const auto reference = counter.row(payment).reference;
    own->event = {};
    own->event.id = "evt_" + reference;
    own->event.kind = WebhookEvent::Kind::intent;
    own->event.reference = reference;
    own->event.payment_id = payment;
    own->event.intent = IntentState::captured;
    own->event.amount = {1500, "EUR"};
    TakeOwnWebhook message;
    message.provider = "stripe";
    message.raw_body.data = "{}";
    message.header_stripe_signature = "own";
    message.organization_id = counter.organization;
    counter.bench.must(message);
  }
  BalanceLine line(const std::string& category, const std::string& source, int64_t amount,
                   int64_t fee = 0) const {
    BalanceLine made;
    made.reference = "txn_" + source;
    made.category = category;
    made.source = source;
    made.amount = {amount, "EUR"};
    made.fee = {fee, "EUR"};
    made.at = counter.bench.now;
    return made;
  }
  ReconcileView last(const std::string& account) {
    return counter.bench.must(ReadReconcile{{account}});
  }
  ReconcileView reconcile(const std::string& account) {
    counter.bench.now += kHour;
    counter.bench.must(RunReconcile{{account}});
    return finish(account);
  }
  ReconcileView finish(const std::string& account) {
    for (int i = 0; i < 20 && last(account).phase != ReconcilePhase::idle; ++i) {
      counter.run(kReconcileSender, account);
      counter.bench.now += 2 * kHour;
      counter.bench.run_timers();
    }
    REQUIRE(last(account).phase == ReconcilePhase::idle);
    return last(account);
  }
  std::vector<AttentionView> attention() {
    return counter.bench.must(ListAttention{counter.organization}, &counter.manager).items;
  }
  // As at the start of the process, with the keys of these accounts.
  void start(const std::vector<std::string>& accounts) {
    counter.bench.start([&](const Rows& rows, const Context& context) {
      Effects effects;
      plan_reconcile(rows, context, settings(), accounts, effects);
      return effects;
    });
  }

  size_t count_gone() const { return counter.count("payment.report_gone"); }

  Counter counter{with_own()};
  const std::string mine = account_name("stripe", id_of(1)),
                    others = account_name("stripe", id_of(2));
};

}  // namespace

TEST_CASE("an own account that agrees has no difference, and its fees are the organiser's alone",
          "[payment]") {
  Reports at;
  const auto payment = at.pay();
  const auto order = at.counter.row(payment).order_id;
  at.counter.tell_sold(order, payment);
  at.counter.tell_refunded(order, 500);
  at.counter.work();
  REQUIRE(at.own->lines.size() == 2);
  const auto view = at.reconcile(at.mine);
  CHECK(view.organization_id == id_of(1));
  CHECK(view.open == 0);
  CHECK(view.matched == 2);
  const auto snapshot = at.counter.bench.store->snapshot();
  const auto balances = trial_balance(snapshot->rows(), at.counter.organization);
  for (const auto& each : balances) CHECK(each.account.kind != AccountKind::provider_fees);
  const Account clearing{AccountKind::clearing, "stripe-own", "EUR"};
  CHECK(balance_as_of(snapshot->rows(), at.counter.organization, clearing) == 1000);
  at.counter.bench.check_rebuild();
}

TEST_CASE("what an organiser sells in their account beside us, and its costs, are passed over",
          "[payment]") {
  Reports at;
  at.pay();
  at.own->lines.push_back(at.line("charge", "ch_shop", 9900, 300));
  at.own->lines.push_back(at.line("fee", "", -1000));
  at.own->lines.push_back(at.line("payout", "po_1", -5000));
  const auto view = at.reconcile(at.mine);
  CHECK(view.open == 0);
  CHECK(view.matched == 1);
  CHECK(view.lines == 4);
}

TEST_CASE("a payment of another account is none of this one's", "[payment]") {
  Reports at;
  at.pay();
  at.other->lines = at.own->lines;
  at.platform->lines = at.own->lines;
  CHECK(at.reconcile(at.others).open == 0);
  const auto view = at.reconcile("stripe");
  CHECK_FALSE(view.organization_id);
  CHECK(view.open == 2);  // A charge and its fee that nobody knows.
}

TEST_CASE("managers see what differs in their own account until both agree", "[payment]") {
  Reports at;
  const ReadOwnReconcile message{at.counter.organization};
  CHECK(at.counter.bench.refusal(message, &at.counter.manager) == "never_reconciled");
  const auto payment = at.pay(false);
  at.reconcile(at.mine);
  const auto view = at.counter.bench.must(message, &at.counter.manager);
  REQUIRE(view.differences.size() == 1);
  CHECK(view.differences[0].kind == DifferenceKind::missing_here);
  CHECK(view.differences[0].reference == at.counter.row(payment).reference);
  CHECK(view.differences[0].theirs == 1500);
  CHECK(at.counter.bench.refusal(message, &at.counter.stranger) == "unknown_organization");
  CHECK(at.counter.bench.refusal(message, &at.counter.door) == "role_missing");
  REQUIRE(at.attention().size() == 1);
  CHECK(at.attention()[0].kind == AttentionKind::report);
  CHECK(at.attention()[0].reason == "ledger_differs");
  CHECK_FALSE(at.attention()[0].payment_id);
  SECTION("it is told after all") {
    at.tell(payment);
    CHECK(at.reconcile(at.mine).open == 0);
  }
  SECTION("an operator explains it") {
    at.counter.bench.must(DismissDifference{{at.mine}, view.differences[0].reference, "EUR"});
  }
  CHECK(at.attention().empty());
  at.counter.bench.check_rebuild();
}

TEST_CASE("an account that refuses its key is given up and told, and others are compared",
          "[payment]") {
  Reports at;
  at.pay();
  at.start({"stripe", at.mine, at.others});
  at.own->refuses = true;
  at.counter.bench.now += kHour;
  at.counter.bench.run_timers();
  CHECK(at.finish(at.others).failure.empty());
  const auto view = at.finish(at.mine);
  CHECK(view.failure == "provider_refuses_us");
  CHECK(view.next_at);
  CHECK(at.own->reports_read > 1);
  REQUIRE(at.attention().size() == 1);
  CHECK(at.attention()[0].reason == "provider_refuses_us");
  const auto since = at.attention()[0].since;
  at.reconcile(at.mine);
  CHECK(at.attention()[0].since == since);
  at.own->refuses = false;
  CHECK(at.reconcile(at.mine).failure.empty());
  CHECK(at.attention().empty());

  const auto all = at.counter.bench.must(ListReconciled{.limit = 2});
  REQUIRE(all.items.size() == 2);
  CHECK(all.items[0].provider == "stripe");
  CHECK(all.items[1].organization_id == id_of(1));
  CHECK(all.items[1].ended_at);
  const auto rest = at.counter.bench.must(ListReconciled{.limit = 2, .cursor = all.next_cursor});
  REQUIRE(rest.items.size() == 1);
  CHECK(rest.items[0].provider == at.others);
  CHECK_FALSE(rest.next_cursor);
  at.counter.bench.check_rebuild();
}

TEST_CASE("a thousand accounts take turns, also after nobody looked at them for long",
          "[payment]") {
  Reports at;
  std::vector<std::string> accounts{"stripe"};
  for (int i = 0; i < 1000; ++i) {
    auto id = id_of(1);
    id.bytes[0] = static_cast<uint8_t>(i >> 8);
    id.bytes[1] = static_cast<uint8_t>(i);
    accounts.push_back(account_name("stripe", id));
  }
  const auto check_turns = [&] {
    const auto snapshot = at.counter.bench.store->snapshot();
    std::set<UnixMillis> turns;
    for (const auto& account : accounts) {
      if (!owner_of(account)) continue;
      const auto next = find_run(snapshot->rows(), account).next_at;
      REQUIRE(next);
      turns.insert(next->ms);
    }
    CHECK(turns.size() == 1000);
    CHECK(*turns.begin() > at.counter.bench.now);
    CHECK(*turns.rbegin() <= at.counter.bench.now + 24 * kHour);
  };
  at.start(accounts);
  check_turns();
  const auto seq = at.counter.bench.head().seq;
  at.start(accounts);
  CHECK(at.counter.bench.head().seq == seq);  // All of it is planned.
  at.counter.bench.now += 48 * kHour;
  at.start(accounts);
  check_turns();
}

TEST_CASE("an account that is not in the settings any more is not asked, and told no more",
          "[payment]") {
  Reports at;
  at.pay(false);
  at.start({"stripe", at.mine});
  at.reconcile(at.mine);
  REQUIRE(at.attention().size() == 1);
  at.start({"stripe"});
  CHECK(at.attention().empty());
  CHECK_FALSE(at.last(at.mine).next_at);
  const auto read = at.own->reports_read;
  at.counter.bench.now += 48 * kHour;
  at.counter.bench.run_timers();
  CHECK(at.own->reports_read == read);
  CHECK(at.count_gone() == 1);
  at.start({"stripe"});
  CHECK(at.count_gone() == 1);
  at.start({"stripe", at.mine});
  CHECK(at.last(at.mine).next_at);
  CHECK(at.reconcile(at.mine).open == 1);
  at.counter.bench.check_rebuild();
}
