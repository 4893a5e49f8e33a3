// Organisations with an account of their own at the provider: whose money goes where, who may say
// what of it, and what becomes of it once the account cannot be used.
#include "common/api/payment_methods.h"
#include "common/api/payment_staff.h"
#include "daemons/payment/ledger.h"
#include "daemons/payment/refund_line_rows.h"
#include "tests/unit/payment/stub_accounts.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Own : Accounts {
  WebhookEvent captured(const std::string& event_id) const {
    WebhookEvent event;
    event.id = event_id;
    event.kind = WebhookEvent::Kind::intent;
    event.reference = counter.row(payment).reference;
    event.payment_id = payment;
    event.intent = IntentState::captured;
    event.amount = {1500, "EUR"};
    return event;
  }
  static TakeOwnWebhook webhook(const Id& organization, const std::string& secret) {
    TakeOwnWebhook message;
    message.provider = "stripe";
    message.raw_body.data = "{}";
    message.header_stripe_signature = secret;
    message.organization_id = organization;
    return message;
  }
  void capture() {
    own->event = captured("evt_capture");
    counter.bench.must(webhook(id_of(1), "own"));
    REQUIRE(counter.row(payment).state == PaymentState::captured);
  }
  std::vector<AttentionView> attention(Counter& at) const {
    return at.bench.must(ListAttention{at.organization}, &at.manager).items;
  }

  Counter counter{with_own()};
  Id order = counter.hold();
  Id payment = counter.offer(order);  // Of organisation 1, opened in its own account.
};

}  // namespace

TEST_CASE("a card is charged by the organisation's own account, else by the platform's",
          "[payment]") {
  Accounts accounts;
  Counter with{accounts.with_own()}, without{accounts.without_own()};
  const auto own = with.offer(with.hold());
  CHECK(accounts.own->opened == 1);
  CHECK(with.row(own).account == ProviderAccount::organization);
  const auto platform = without.offer(without.hold());
  CHECK(accounts.platform->opened == 1);
  CHECK(without.row(platform).account == ProviderAccount::platform);
  const auto transfer = with.bench.must(with.wish(with.hold(), Method::transfer)).id;
  CHECK(with.row(transfer).account == ProviderAccount::platform);
}

TEST_CASE("buyers see what they can pay with, managers in whose account it arrives too",
          "[payment]") {
  const Accounts accounts;
  Counter counter{accounts.with_own()};
  const auto guests = counter.bench.must(ListMethods{counter.organization}).items;
  REQUIRE(guests.size() == 3);
  CHECK(guests[0].provider == "stripe");
  CHECK_FALSE(guests[0].account);
  const auto own = counter.bench.must(ListMethods{counter.organization}, &counter.manager).items;
  CHECK(own[0].account == ProviderAccount::organization);
  CHECK_FALSE(own[1].account);
  CHECK_FALSE(counter.bench.must(ListMethods{id_of(9)}, &counter.manager).items[0].account);
}

TEST_CASE("what an own account takes and gives back is booked as the organiser's", "[payment]") {
  Own at;
  at.capture();
  at.counter.tell_sold(at.order, at.payment);
  at.counter.tell_refunded(at.order, 500);
  at.counter.work();
  CHECK(at.own->refunded == 1);
  CHECK(at.platform->refunded == 0);
  const auto snapshot = at.counter.bench.store->snapshot();
  const auto pace = RefundPaceRow::table;  // Each account has a line of its own.
  CHECK(snapshot->rows().has(pace, account_name("stripe", id_of(1))));
  CHECK_FALSE(snapshot->rows().has(pace, "stripe"));
  const Account account{AccountKind::clearing, "stripe-own", "EUR"};
  CHECK(balance_as_of(snapshot->rows(), at.counter.organization, account) == 1000);
  at.counter.bench.check_rebuild();
}

TEST_CASE("a webhook says nothing of payments that were not opened in its account", "[payment]") {
  Own at;
  const auto seq = at.counter.bench.head().seq;
  const auto event = at.captured("evt_1");
  SECTION("another organisation's account") {
    at.other->event = event;
    at.counter.bench.must(Own::webhook(id_of(2), "other"));
  }
  SECTION("the platform's account") {
    at.platform->event = event;
    TakeWebhook message = Own::webhook(id_of(1), "platform");
    at.counter.bench.must(message);
  }
  CHECK(at.counter.after(seq) == Names{"payment.webhook_taken"});
  CHECK_FALSE(decode<WebhookTaken>(at.counter.bench.journal().back().body)->is_ours);
  at.own->event = event;  // The same id: events are known apart by account.
  at.counter.bench.must(Own::webhook(id_of(1), "own"));
  CHECK(at.counter.row(at.payment).state == PaymentState::captured);
  at.counter.bench.check_rebuild();
}

TEST_CASE("a webhook is of the account that its path names, or refused", "[payment]") {
  Own at;
  CHECK(at.counter.bench.refusal(Own::webhook(id_of(1), "other")) == "bad_signature");
  CHECK(at.counter.bench.refusal(Own::webhook(id_of(1), "platform")) == "bad_signature");
  CHECK(at.counter.bench.refusal(Own::webhook(id_of(3), "own")) == "unknown_provider");
}

TEST_CASE("a key that is refused ends the payment, and staff is told once until it works",
          "[payment]") {
  Own at;
  at.own->refuses = true;
  for (int i = 0; i < 2; ++i) {
    const auto payment = at.counter.offer(at.counter.hold());
    CHECK(at.counter.row(payment).state == PaymentState::failed);
    CHECK(at.counter.row(payment).fail_reason == FailReason::account_refused);
  }
  REQUIRE(at.attention(at.counter).size() == 1);
  CHECK(at.attention(at.counter)[0].kind == AttentionKind::account);
  CHECK(at.attention(at.counter)[0].reason == "provider_refuses_us");
  SECTION("an answer comes") {
    at.own->refuses = false;
    at.counter.offer(at.counter.hold());
  }
  SECTION("the keys are read anew") {
    at.counter.bench.start(decide_start);
  }
  CHECK(at.attention(at.counter).empty());
  at.counter.bench.check_rebuild();
}

TEST_CASE("money of an account that is gone is asked for there all the same, and staff is told",
          "[payment]") {
  Own at;
  at.capture();
  at.counter.tell_sold(at.order, at.payment);
  Counter later{at.without_own()};
  later.bench.store = std::move(at.counter.bench.store);
  later.forget_work();
  later.tell_refunded(at.order, 1500);
  later.work();
  CHECK(at.platform->refunded == 0);
  CHECK(later.row(at.payment).refunding == 1500);
  REQUIRE(at.attention(later).size() == 1);
  CHECK(at.attention(later)[0].reason == "account_missing");
  CHECK(at.attention(later)[0].payment_id == at.payment);

  Counter back{at.with_own()};
  back.bench.store = std::move(later.bench.store);
  back.forget_work();
  back.bench.now += kHour;
  back.bench.run_timers();
  back.work();
  CHECK(at.own->refunded == 1);
  CHECK(back.row(at.payment).state == PaymentState::refunded);
  CHECK(at.attention(back).empty());
  back.bench.check_rebuild();
}
