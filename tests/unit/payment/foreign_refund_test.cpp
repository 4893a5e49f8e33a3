// Money that goes back by somebody's hand at the provider, or by a bank's word: before it is known
// here that it came, beside refunds of ours, and out of review.
#include "daemons/payment/event_refunds.h"
#include "daemons/payment/foreign_refunds.h"
#include "daemons/payment/ledger.h"
#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;
using EventKind = WebhookEvent::Kind;

namespace {

// Answers nothing, and tells what a test wants.
struct Teller final : Provider {
  std::string_view name() const override { return "stripe"; }
  Result<IntentView> open(const Intent&) override { return silence(); }
  Result<IntentView> look_up(const std::string&) override { return silence(); }
  Result<IntentView> capture(const std::string&, const std::string&) override { return silence(); }
  Result<IntentView> cancel(const std::string&, const std::string&) override { return silence(); }
  Result<RefundView> refund(const RefundOrder&) override { return silence(); }
  Result<WebhookEvent> read_webhook(const RawWebhook&, UnixMillis) const override { return event; }
  static Error silence() { return {Code::unavailable, "timed_out", "Nothing comes back."}; }

  WebhookEvent event;
};

struct Desk {
  static payment::Config settings() {
    payment::Config config;
    config.provider = ProviderName::stripe;
    return config;
  }

  std::shared_ptr<Teller> teller = std::make_shared<Teller>();
  Counter counter{service(settings(), Counter::keys(), teller)};
  Id order = counter.hold();
  Id payment = counter.bench.must(counter.wish(order)).id;
  int events = 0;

  std::string tell(WebhookEvent event, int64_t amount) {
    event.id = "evt_" + std::to_string(++events);
    event.type = "told";
    event.amount = {amount, "EUR"};
    event.at = counter.bench.now;
    teller->event = event;
    TakeWebhook webhook;
    webhook.provider = "stripe";
    webhook.raw_body.data = "{}";
    return counter.bench.refusal(webhook);
  }
  std::string capture(int64_t amount = 1500) {
    WebhookEvent event;
    event.kind = EventKind::intent;
    event.intent = IntentState::captured;
    event.reference = "cs_1";
    event.sub_reference = "pi_1";
    event.payment_id = payment;
    return tell(event, amount);
  }
  std::string by_hand(int64_t amount) {
    WebhookEvent event;
    event.kind = EventKind::refund;
    event.refund = RefundState::succeeded;
    event.reference = "pi_1";
    event.sub_reference = "re_" + std::to_string(events);
    return tell(event, amount);
  }
  std::string lose_dispute(int64_t amount) {
    WebhookEvent event;
    event.kind = EventKind::dispute_closed;
    event.reference = "pi_1";
    event.sub_reference = "dp_1";
    return tell(event, amount);
  }
  // The buyer gives tickets back, and the provider refuses.
  void ask_back(int64_t amount) { counter.tell_refunded(order, amount); }
  void refuse() {
    SettleTask message{.kind = TaskKind::refund, .id = refund_id()};
    message.failure = ToldFailure{"nothing_to_refund", false, 0};
    counter.bench.must(message);
  }
  // The provider has given it back, and calls it so.
  void give_back(const std::string& reference) {
    SettleTask message{.kind = TaskKind::refund, .id = refund_id()};
    message.refund = ToldRefund{reference, RefundState::succeeded, {}};
    counter.bench.must(message);
  }
  // A word about a refund that is over: ours by its id, or one by hand.
  std::string tell_of(const std::string& reference, RefundState state, int64_t amount,
                      const std::optional<Id>& ours = {}) {
    WebhookEvent event;
    event.kind = EventKind::refund;
    event.refund = state;
    event.reference = "pi_1";
    event.sub_reference = reference;
    event.refund_id = ours;
    return tell(event, amount);
  }
  // What everybody was told of money that went back.
  std::vector<api::payment::Refunded> told() const {
    std::vector<api::payment::Refunded> all;
    for (const auto& fact : counter.bench.journal()) {
      if (fact.name != api::payment::Refunded::name) continue;
      all.push_back(*decode<api::payment::Refunded>(fact.body));
    }
    return all;
  }
  void retry() {
    RetryPayment message;
    message.payment_id = payment;
    counter.bench.must(message, &counter.manager);
  }
  // Of the one that is under way.
  Id refund_id() const {
    Id found;
    const auto snapshot = counter.bench.store->snapshot();
    snapshot->rows().scan<RefundRow>({}, {}, SIZE_MAX, [&](std::string_view key, const auto& row) {
      if (row.state == RefundProgress::wanted) found = *Id::from_bytes(key);
      return true;
    });
    return found;
  }
  EventRefundSums of_event() {
    const auto snapshot = counter.bench.store->snapshot();
    return snapshot->rows()
        .find<EventRefundsRow>(std::string(RowKey(id_of(100)).text("EUR")))
        ->sums;
  }
  size_t attention() {
    return counter.bench.must(ListAttention{counter.organization}, &counter.manager).items.size();
  }
  bool has_cleared_books() {
    const auto snapshot = counter.bench.store->snapshot();
    const auto balances = trial_balance(snapshot->rows(), counter.organization);
    return std::all_of(balances.begin(), balances.end(),
                       [](const Balance& each) { return each.amount == 0; });
  }
};

}  // namespace

TEST_CASE("what goes back of money that is not known yet is told again later", "[payment]") {
  Desk desk;
  const auto seq = desk.counter.bench.head().seq;
  CHECK(desk.by_hand(500) == "too_early");
  CHECK(desk.lose_dispute(1500) == "too_early");
  CHECK(desk.counter.bench.head().seq == seq);
  CHECK(desk.capture().empty());
  CHECK(desk.by_hand(500).empty());
  CHECK(desk.counter.row(desk.payment).refunded == 500);
}

TEST_CASE("what is of no payment here is not asked for for ever", "[payment]") {
  Desk desk;
  CHECK(desk.by_hand(500) == "too_early");
  desk.teller->event.at -= 2 * kHour;
  TakeWebhook webhook;
  webhook.provider = "stripe";
  webhook.raw_body.data = "{}";
  CHECK(desk.counter.bench.refusal(webhook).empty());
  CHECK(desk.counter.count("payment.refunded") == 0);
}

TEST_CASE("what a provider refused to give back is settled by hand, in parts", "[payment]") {
  Desk desk;
  desk.capture();
  desk.counter.tell_sold(desk.order, desk.payment);
  desk.ask_back(1500);
  desk.refuse();
  CHECK(desk.attention() == 1);
  CHECK(desk.by_hand(500).empty());
  CHECK(desk.attention() == 1);
  CHECK(desk.counter.row(desk.payment).refunded == 500);
  CHECK(desk.of_event().failed.amount == 1000);
  CHECK(desk.by_hand(1000).empty());
  CHECK(desk.of_event().returned.amount == 1500);
  CHECK(desk.of_event().failed.amount == 0);
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.counter.count("payment.refund_wanted") == 1);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("beside a refund under way, what does not fit is told again later", "[payment]") {
  Desk desk;
  desk.capture();
  desk.counter.tell_sold(desk.order, desk.payment);
  desk.ask_back(1000);
  CHECK(desk.by_hand(1500) == "too_early");
  CHECK(desk.by_hand(400).empty());
  desk.refuse();
  CHECK(desk.by_hand(1100).empty());
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("money in review that went back by hand is not to be judged any more", "[payment]") {
  Desk desk;
  desk.capture(1499);
  CHECK(desk.by_hand(499).empty());
  CHECK(desk.attention() == 1);
  ReleasePayment release;
  release.payment_id = desk.payment;
  CHECK(desk.counter.bench.refusal(release, &desk.counter.manager) == "partly_returned");
  SECTION("all of it") {
    CHECK(desk.by_hand(1000).empty());
  }
  SECTION("the rest by a dispute") {
    CHECK(desk.lose_dispute(1000).empty());
  }
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("what is left in review is returned", "[payment]") {
  Desk desk;
  desk.capture(1499);
  desk.by_hand(499);
  ReturnPayment give_back;
  give_back.payment_id = desk.payment;
  desk.counter.bench.must(give_back, &desk.counter.manager);
  CHECK(desk.counter.row(desk.payment).refunding == 1000);
  SettleTask message{.kind = TaskKind::refund, .id = desk.refund_id()};
  message.refund = ToldRefund{"re_9", RefundState::succeeded};
  desk.counter.bench.must(message);
  CHECK(desk.attention() == 0);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("a refund that its bank sends back is due again, and goes again when staff says so",
          "[payment]") {
  Desk desk;
  desk.capture();
  desk.counter.tell_sold(desk.order, desk.payment);
  desk.ask_back(1500);
  const auto refund = desk.refund_id();
  desk.give_back("re_own");
  CHECK(desk.has_cleared_books());
  CHECK(desk.tell_of("re_own", RefundState::failed, 1500, refund).empty());
  CHECK(desk.attention() == 1);
  CHECK(desk.counter.row(desk.payment).refunded == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::captured);
  CHECK(desk.of_event().failed.amount == 1500);
  CHECK(desk.of_event().returned.amount == 0);
  CHECK_FALSE(desk.has_cleared_books());

  const auto seq = desk.counter.bench.head().seq;
  desk.tell_of("re_own", RefundState::failed, 1500, refund);     // Again,
  desk.tell_of("re_own", RefundState::succeeded, 1500, refund);  // and what was said before it.
  CHECK(desk.counter.after(seq) == Names{"payment.webhook_taken", "payment.webhook_taken"});

  desk.retry();
  desk.tell_of("re_own", RefundState::failed, 1500, refund);
  CHECK(desk.refund_id() == refund);
  desk.give_back("re_again");
  desk.tell_of("re_own", RefundState::failed, 1500, refund);
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.of_event().returned.amount == 1500);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("a refund by hand of what has come back waits until that is known", "[payment]") {
  Desk desk;
  desk.capture();
  desk.counter.tell_sold(desk.order, desk.payment);
  desk.ask_back(1500);
  const auto refund = desk.refund_id();
  desk.give_back("re_own");
  CHECK(desk.tell_of("re_hand", RefundState::succeeded, 1500) == "too_early");
  CHECK(desk.tell_of("re_own", RefundState::failed, 1500, refund).empty());
  CHECK(desk.tell_of("re_hand", RefundState::succeeded, 1500).empty());
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.counter.count("payment.refund_wanted") == 1);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("what a provider says of a refund that failed is older, however late it comes",
          "[payment]") {
  Desk desk;
  desk.capture();
  desk.counter.tell_sold(desk.order, desk.payment);
  desk.ask_back(1500);
  const auto refund = desk.refund_id();
  CHECK(desk.tell_of("re_own", RefundState::failed, 1500, refund).empty());
  CHECK(desk.tell_of("re_own", RefundState::succeeded, 1500, refund).empty());
  CHECK(desk.counter.row(desk.payment).refunded == 0);
  CHECK(desk.attention() == 1);
  desk.retry();
  CHECK(desk.tell_of("re_own", RefundState::failed, 1500, refund).empty());
  desk.give_back("re_again");
  CHECK(desk.counter.row(desk.payment).refunded == 1500);
  CHECK(desk.attention() == 0);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("a refund by hand that its bank sends back is told as the same when it goes again",
          "[payment]") {
  Desk desk;
  desk.capture();
  desk.counter.tell_sold(desk.order, desk.payment);
  CHECK(desk.tell_of("re_hand", RefundState::succeeded, 1500).empty());
  CHECK(desk.tell_of("re_hand", RefundState::failed, 1500).empty());
  CHECK(desk.attention() == 1);
  CHECK(desk.counter.row(desk.payment).refunded == 0);
  desk.retry();
  const auto refund = desk.refund_id();
  desk.give_back("re_again");
  const auto told = desk.told();
  REQUIRE(told.size() == 2);
  CHECK_FALSE(told[0].refund_id);
  CHECK(told[1].refund_id == refund);
  CHECK(desk.attention() == 0);
  desk.counter.bench.check_rebuild();
}
