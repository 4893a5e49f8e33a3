// Refunds wait in line before a provider: so many a second, few at once, and payers do not.
#include "daemons/payment/refund_line.h"

#include "common/api/event.h"
#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// Orders that were paid, and are to be given back now.
struct Cancelled : Counter {
  std::vector<Id> payments;

  explicit Cancelled(int orders) {
    api::event::Cancelled event{};
    event.event_id = id_of(100);
    event.organization_id = organization;
    event.terms.currency = "EUR";
    event.terms.timezone = "UTC";
    event.terms.starts_at = event.terms.ends_at = event.terms.doors_at = {bench.now};
    bench.note(event);
    std::vector<Id> sold;
    for (int i = 0; i < orders; ++i) {
      sold.push_back(hold());
      payments.push_back(pay(sold.back()));
      tell_sold(sold.back(), payments.back());
    }
    forget_work();
    for (const auto& order : sold) tell_refunded(order, 1500);
  }
  // Refunds that a provider was asked for so far.
  std::vector<Id> asked() const {
    std::vector<Id> ids;
    for (const auto& fact : bench.journal()) {
      if (fact.name != Attempted::name) continue;
      const auto task = *decode<Attempted>(fact.body);
      if (task.kind == TaskKind::refund) ids.push_back(task.id);
    }
    return ids;
  }
  void pass(int64_t millis) {
    bench.now += millis;
    bench.run_timers();
  }
  void settle(const Id& refund_id, std::optional<ToldRefund> refund,
              std::optional<ToldFailure> failure = {}) {
    SettleTask message{.kind = TaskKind::refund, .id = refund_id};
    message.refund = refund;
    message.failure = failure;
    bench.must(message);
  }
  EventRefundMoney money() {
    const auto list = bench.must(ReadEventRefunds{id_of(100)}, &manager);
    REQUIRE(list.items.size() == 1);
    return list.items[0];
  }
  void finish() {
    for (int turns = 0; money().returned.refunds < int64_t(payments.size()); ++turns) {
      REQUIRE(turns < 1000);
      work();
    }
  }
};

const ToldRefund kDone{"re_1", RefundState::succeeded, ""};

}  // namespace

TEST_CASE("of many refunds two are asked for in a tenth of a second, and four at once",
          "[payment]") {
  Cancelled event(12);
  CHECK(event.asked().empty());
  event.pass(0);
  CHECK(event.asked().size() == 2);
  event.pass(99);
  CHECK(event.asked().size() == 2);
  event.pass(1);
  CHECK(event.asked().size() == 4);
  event.pass(1000);
  CHECK(event.asked().size() == 4);
  event.settle(event.asked()[0], kDone);
  event.pass(0);
  CHECK(event.asked().size() == 5);
  event.finish();
  CHECK(event.asked().size() == 12);
  CHECK(event.count("payment.sandbox_refunded") == 11);  // One was settled by word alone.
  event.bench.check_rebuild();
}

TEST_CASE("a payment is opened at once while refunds wait", "[payment]") {
  Cancelled event(10);
  event.pass(0);
  event.pass(100);
  const auto before = event.bench.head().seq;
  event.bench.must(event.wish(event.hold()));
  const auto names = event.after(before);
  CHECK(std::find(names.begin(), names.end(), Attempted::name) != names.end());
}

TEST_CASE("a provider that wants us to wait is asked for no refund before", "[payment]") {
  Cancelled event(6);
  event.pass(0);
  const auto asked = event.asked();
  REQUIRE(asked.size() == 2);
  event.settle(asked[0], {}, ToldFailure{"rate_limited", true, 3000});
  event.settle(asked[1], {}, ToldFailure{"rate_limited", true, 3000});
  event.pass(2999);
  CHECK(event.asked().size() == 2);
  event.pass(1);
  CHECK(event.asked().size() == 4);
  event.finish();
  CHECK(event.count("payment.refunded") == 6);
}

TEST_CASE("a pause of hours for one refund holds the others up for minutes", "[payment]") {
  Cancelled event(2);
  event.pass(0);
  const auto asked = event.asked();
  event.settle(asked[0], {}, ToldFailure{"rate_limited", true, 24 * kHour});
  event.settle(asked[1], {}, ToldFailure{"cut", true, 0});
  event.pass(5 * 60'000);
  CHECK(event.asked().size() == 3);
  event.pass(24 * kHour);
  CHECK(event.asked().size() >= 4);
}

TEST_CASE("a call that is never heard of frees its place, and is made again", "[payment]") {
  Cancelled event(5);
  event.pass(0);
  event.pass(100);
  REQUIRE(event.asked().size() == 4);
  event.pass(15'000);
  event.pass(1000);
  event.finish();
  CHECK(event.count("payment.sandbox_refunded") == 5);
  event.bench.check_rebuild();
}

TEST_CASE("a refund that a provider has only begun leaves its place to others", "[payment]") {
  Cancelled event(5);
  event.pass(0);
  event.pass(100);
  const auto asked = event.asked();
  for (const auto& id : asked) event.settle(id, ToldRefund{"re_1", RefundState::pending, ""});
  event.pass(100);
  CHECK(event.asked().size() == 5);
  event.finish();
  CHECK(event.count("payment.refunded") == 5);
}

TEST_CASE("whenever the daemon ends, each refund goes back once", "[payment]") {
  Cancelled event(15);
  for (int turn = 0; turn < 20; ++turn) {
    event.pass(100);
    if (turn % 3 == 0) {
      event.forget_work();
      event.bench.start(decide_start);
    } else {
      event.work(turn % 3 == 1);
    }
  }
  event.pass(15'000);
  event.finish();
  CHECK(event.count("payment.sandbox_refunded") == 15);
  CHECK(event.count("payment.refunded") == 15);
  for (const auto& id : event.payments) CHECK(event.row(id).state == PaymentState::refunded);
  event.bench.check_rebuild();
}

TEST_CASE("how far an event's money is on its way back is summed up for managers", "[payment]") {
  Cancelled event(3);
  CHECK(event.money().waiting.refunds == 3);
  CHECK(event.money().waiting.amount == 4500);
  event.pass(0);
  const auto asked = event.asked();
  event.settle(asked[0], kDone);
  event.settle(asked[1], ToldRefund{"", RefundState::failed, "account_closed"});
  CHECK(event.money().waiting.refunds == 1);
  CHECK(event.money().failed.amount == 1500);
  CHECK(event.money().returned.refunds == 1);
  CHECK(event.money().currency == "EUR");
  const ReadEventRefunds query{id_of(100)};
  CHECK(event.bench.refusal(query, &event.door) == "role_missing");
  CHECK(event.bench.refusal(query, &event.stranger) == "unknown_event");
  CHECK(event.bench.refusal(ReadEventRefunds{id_of(9)}, &event.manager) == "unknown_event");
}

TEST_CASE("what staff gives back by hand stands in no line, and is counted as that", "[payment]") {
  Cancelled event(0);
  const auto order = event.hold();
  const auto payment = event.bench.must(event.wish(order, Method::transfer)).id;
  ReceivePayment received;
  received.payment_id = payment;
  received.amount = {1500, "EUR"};
  event.bench.must(received, &event.manager);
  event.tell_sold(order, payment);
  event.tell_refunded(order, 1500);
  CHECK(event.work() == 0);
  CHECK(event.money().by_hand.amount == 1500);
  ListAttention list;
  list.organization_id = event.organization;
  GiveBack given;
  given.payment_id = payment;
  given.refund_id = event.bench.must(list, &event.manager).items.at(0).id;
  event.bench.must(given, &event.manager);
  CHECK(event.money().by_hand.refunds == 0);
  CHECK(event.money().returned.refunds == 1);
}
