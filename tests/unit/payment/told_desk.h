// A payment service at work whose provider answers nothing and tells what a test wants: webhooks of
// money that came, went back, came again or is disputed.
#pragma once

#include "daemons/payment/event_refunds.h"
#include "daemons/payment/foreign_refunds.h"
#include "daemons/payment/ledger.h"
#include "tests/unit/payment/counter.h"

namespace bilten::test {

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

struct ToldDesk {
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
    event.kind = WebhookEvent::Kind::intent;
    event.intent = IntentState::captured;
    event.reference = "cs_1";
    event.sub_reference = "pi_1";
    event.payment_id = payment;
    return tell(event, amount);
  }
  std::string by_hand(int64_t amount) {
    WebhookEvent event;
    event.kind = WebhookEvent::Kind::refund;
    event.refund = RefundState::succeeded;
    event.reference = "pi_1";
    event.sub_reference = "re_" + std::to_string(events);
    return tell(event, amount);
  }
  std::string open_dispute(int64_t amount, std::optional<UnixMillis> due_at = {}) {
    WebhookEvent event;
    event.kind = WebhookEvent::Kind::dispute_opened;
    event.reference = "pi_1";
    event.sub_reference = "dp_1";
    event.due_at = due_at;
    return tell(event, amount);
  }
  std::string close_dispute(int64_t amount, bool won) {
    WebhookEvent event;
    event.kind = WebhookEvent::Kind::dispute_closed;
    event.won = won;
    event.reference = "pi_1";
    event.sub_reference = "dp_1";
    return tell(event, amount);
  }
  std::string lose_dispute(int64_t amount) { return close_dispute(amount, false); }
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
    event.kind = WebhookEvent::Kind::refund;
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
  // Accounts that are not at 0: "organizer_payable".
  std::map<std::string, int64_t> balances() const {
    std::map<std::string, int64_t> out;
    const auto snapshot = counter.bench.store->snapshot();
    for (const auto& each : trial_balance(snapshot->rows(), counter.organization)) {
      if (each.amount != 0) out[std::string(word(each.account.kind))] += each.amount;
    }
    return out;
  }
  bool has_cleared_books() const { return balances().empty(); }
};

// The same with its order paid in full, and sold.
struct SoldDesk : ToldDesk {
  SoldDesk() {
    capture();
    counter.tell_sold(order, payment);
  }
};

}  // namespace bilten::test
