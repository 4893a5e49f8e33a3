// Money that goes back: for tickets, for what came too late, by hand; and what fails on the way.
#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Paid : Counter {
  Id order = hold();
  Id payment = pay(order);
  Paid() { tell_sold(order, payment); }
};

AttentionView only_attention(Counter& counter) {
  ListAttention message;
  message.organization_id = counter.organization;
  const auto list = counter.bench.must(message, &counter.manager);
  REQUIRE(list.items.size() == 1);
  return list.items[0];
}

size_t attention(Counter& counter) {
  ListAttention message;
  message.organization_id = counter.organization;
  return counter.bench.must(message, &counter.manager).items.size();
}

}  // namespace

TEST_CASE("a refund of tickets goes back once, and says whose it is", "[payment]") {
  Paid paid;
  CHECK(paid.tell_refunded(paid.order, 500).size() >= 2);
  CHECK(paid.row(paid.payment).refunding == 500);
  paid.work();
  CHECK(paid.row(paid.payment).state == PaymentState::partially_refunded);
  CHECK(paid.row(paid.payment).refunded == 500);
  for (const auto& fact : paid.bench.journal()) {
    if (fact.name == Refunded::name) CHECK(decode<Refunded>(fact.body)->refund_id == id_of(90));
  }
  paid.tell_refunded(paid.order, 1000);
  paid.work();
  CHECK(paid.row(paid.payment).state == PaymentState::refunded);
  CHECK(paid.count("payment.sandbox_refunded") == 2);
  paid.bench.check_rebuild();
}

TEST_CASE("no more goes back than came", "[payment]") {
  Paid paid;
  paid.tell_refunded(paid.order, 1000);
  paid.tell_refunded(paid.order, 1000);
  paid.work();
  CHECK(paid.row(paid.payment).refunded == 1500);
  CHECK(paid.count("payment.refunded") == 2);
}

TEST_CASE("a refund of what went back already moves nothing", "[payment]") {
  Paid paid;
  api::ticket::Refunded fact{};
  fact.refund_id = id_of(90);
  fact.amount = {500, "EUR"};
  fact.returned = true;
  paid.tell(paid.order, fact);
  CHECK(paid.count("payment.refund_wanted") == 0);
}

TEST_CASE("an order that several payments paid gives back from the newest on", "[payment]") {
  Paid paid;
  const auto difference = paid.hold(700);
  const auto second = paid.pay(difference);
  api::ticket::Exchanged fact{};
  fact.ticket_id = id_of(70);
  fact.ticket_type_id = id_of(52);
  fact.amount = {0, "EUR"};
  fact.lines = {{.ticket_type_id = id_of(52), .quantity = 1}};
  fact.paid = 700;
  fact.paid_order_id = difference;
  fact.payment_id = second;
  paid.tell(paid.order, fact);
  paid.tell_refunded(paid.order, 1000);
  paid.work();
  CHECK(paid.row(second).state == PaymentState::refunded);
  CHECK(paid.row(paid.payment).refunded == 300);
  paid.bench.check_rebuild();
}

TEST_CASE("a failed refund waits for staff, who tries it again", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.offer(order);
  counter.press(payment, Press::refund_fails);
  counter.work();
  counter.tell_sold(order, payment);
  counter.tell_refunded(order, 1500);
  counter.work();
  const auto waiting = only_attention(counter);
  CHECK(waiting.kind == AttentionKind::refund);
  CHECK(waiting.reason == "account_closed");
  CHECK(counter.row(payment).refunding == 1500);
  RetryPayment retry;
  retry.payment_id = payment;
  CHECK(counter.bench.refusal(retry, &counter.door) == "role_missing");
  CHECK(counter.bench.refusal(retry, &counter.stranger) == "unknown_payment");
  counter.bench.must(retry, &counter.manager);
  counter.work();
  CHECK(counter.row(payment).state == PaymentState::refunded);
  CHECK(attention(counter) == 0);
  CHECK(counter.bench.refusal(retry, &counter.manager) == "nothing_to_retry");
  counter.bench.check_rebuild();
}

TEST_CASE("a refund whose answer was lost is asked for again under its key", "[payment]") {
  Paid paid;
  paid.tell_refunded(paid.order, 500);
  paid.forget_work();
  paid.bench.now += kHour;
  paid.bench.run_timers();
  paid.work();
  paid.work();
  CHECK(paid.row(paid.payment).refunded == 500);
  CHECK(paid.count("payment.sandbox_refunded") == 1);
}

TEST_CASE("money of another amount is released or returned by a manager", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.offer(order);
  counter.press(payment, Press::wrong_amount);
  counter.work();
  const auto waiting = only_attention(counter);
  CHECK(waiting.kind == AttentionKind::review);
  CHECK(waiting.received == Money{1499, "EUR"});
  SECTION("released") {
    ReleasePayment release;
    release.payment_id = payment;
    CHECK(counter.bench.must(release, &counter.manager).state == PaymentState::captured);
    CHECK(counter.count("payment.captured") == 1);
    CHECK(counter.bench.refusal(release, &counter.manager) == "not_in_review");
  }
  SECTION("returned") {
    ReturnPayment give_back;
    give_back.payment_id = payment;
    counter.bench.must(give_back, &counter.manager);
    counter.work();
    CHECK(counter.row(payment).state == PaymentState::refunded);
    CHECK(counter.count("payment.captured") == 0);
  }
  CHECK(attention(counter) == 0);
  counter.bench.check_rebuild();
}

TEST_CASE("a transfer is marked received, and what goes back of it is given back by hand",
          "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.bench.must(counter.wish(order, Method::transfer)).id;
  ReceivePayment received;
  received.payment_id = payment;
  received.amount = {1500, "EUR"};
  CHECK(counter.bench.refusal(received, &counter.door) == "role_missing");
  CHECK(counter.bench.must(received, &counter.manager).state == PaymentState::captured);
  CHECK(counter.bench.refusal(received, &counter.manager) == "already_received");
  counter.tell_sold(order, payment);
  counter.tell_refunded(order, 1500);
  CHECK(counter.work() == 0);
  GiveBack given;
  given.payment_id = payment;
  given.refund_id = only_attention(counter).id;
  CHECK(counter.bench.must(given, &counter.manager).id == payment);
  CHECK(counter.row(payment).state == PaymentState::refunded);
  CHECK(counter.bench.refusal(given, &counter.manager) == "nothing_to_give_back");
  CHECK(attention(counter) == 0);
  counter.bench.check_rebuild();
}

TEST_CASE("a dispute is told, and ends with the money or without it", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.offer(order);
  const bool won = GENERATE(true, false);
  counter.press(payment, won ? Press::dispute_won : Press::dispute_lost);
  counter.work();
  counter.tell_sold(order, payment);
  counter.bench.now += 1000;
  counter.bench.run_timers();
  counter.work();
  CHECK(counter.row(payment).is_disputed);
  CHECK(only_attention(counter).kind == AttentionKind::dispute);
  counter.bench.now += 60'000;
  counter.bench.run_timers();
  counter.work();
  CHECK_FALSE(counter.row(payment).is_disputed);
  CHECK(counter.count("payment.dispute_closed") == 1);
  CHECK(counter.row(payment).state == (won ? PaymentState::captured : PaymentState::refunded));
  CHECK(attention(counter) == 0);
  counter.bench.check_rebuild();
}
