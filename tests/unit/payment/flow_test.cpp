// Payments from the wish to the money: each transition, told once, twice, late, in any order.
#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("a payment is opened, offered, approved and captured once", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto wished = counter.bench.must(counter.wish(order));
  CHECK(wished.state == PaymentState::opening);
  CHECK_FALSE(wished.redirect_url);
  CHECK(counter.work() == 1);
  ReadPayment read{wished.id, order_secret(counter.mesh_key, order)};
  const auto offered = counter.bench.must(read);
  CHECK(offered.state == PaymentState::pending);
  REQUIRE(offered.redirect_url);
  CHECK(offered.redirect_url->starts_with("/v1/sandbox/pay/sin_"));

  counter.press(wished.id, Press::approve);
  CHECK(counter.count("payment.captured") == 0);  // The webhook is on its way.
  counter.work();
  const auto paid = counter.bench.must(read);
  CHECK(paid.state == PaymentState::captured);
  CHECK_FALSE(paid.redirect_url);
  CHECK(counter.count("payment.captured") == 1);
  CHECK(counter.count("payment.posted") == 1);
  CHECK(counter.tell_sold(order, wished.id).empty());
  counter.bench.check_rebuild();
}

TEST_CASE("asking for the same payment again answers the one that is open", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto first = counter.offer(order);
  const auto again = counter.bench.must(counter.wish(order));
  CHECK(again.id == first);
  CHECK(again.redirect_url);
  CHECK(counter.count("payment.wanted") == 1);
}

TEST_CASE("a payment is for who holds the order's secret, who made it and managers", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  auto message = counter.wish(order);
  message.secret = "wrong";
  CHECK(counter.bench.refusal(message) == "unknown_order");
  CHECK(counter.bench.refusal(message, &counter.stranger) == "unknown_order");
  CHECK(counter.bench.refusal(message, &counter.door) == "unknown_order");
  const auto payment = counter.bench.must(message, &counter.manager).id;
  CHECK(counter.bench.refusal(ReadPayment{payment, "wrong"}) == "unknown_payment");
  CHECK(counter.bench.must(ReadPayment{payment, {}}, &counter.manager).id == payment);
  message.order_id = id_of(1);
  CHECK(counter.bench.refusal(message, &counter.manager) == "unknown_order");
}

TEST_CASE("an order that is over or paid is not paid", "[payment]") {
  Counter counter;
  const auto paid = counter.hold();
  const auto payment = counter.pay(paid);
  CHECK(counter.bench.refusal(counter.wish(paid)) == "already_paid");
  counter.tell_sold(paid, payment);
  CHECK(counter.bench.refusal(counter.wish(paid)) == "already_paid");
  const auto over = counter.hold();
  counter.tell<api::ticket::Expired>(over);
  CHECK(counter.bench.refusal(counter.wish(over)) == "hold_expired");
  const auto lapsed = counter.hold();
  counter.bench.now += kHour;
  CHECK(counter.bench.refusal(counter.wish(lapsed)) == "hold_expired");
}

TEST_CASE("what was under way when the process ended is repeated when it starts", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.bench.must(counter.wish(order)).id;
  SECTION("before the provider was asked") {
    counter.forget_work();
  }
  SECTION("after it did it, and before its answer was recorded") {
    counter.work(false);
    CHECK(counter.count("payment.sandbox_opened") == 1);
  }
  CHECK(counter.bench.run_timers() == 0);
  counter.bench.start(decide_start);
  CHECK(counter.bench.run_timers() == 1);
  counter.work();
  CHECK(counter.row(payment).state == PaymentState::pending);
  CHECK(counter.count("payment.sandbox_opened") == 1);
  const auto before = counter.bench.head().seq;
  counter.bench.start(decide_start);
  CHECK(counter.bench.head().seq == before);
  counter.bench.check_rebuild();
}

TEST_CASE("a crash after the wish repeats the call, and the provider knows it again", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.bench.must(counter.wish(order)).id;
  SECTION("before the provider was asked") {
    counter.forget_work();
  }
  SECTION("after the provider did it") {
    counter.work();
    CHECK(counter.count("payment.sandbox_opened") == 1);
    counter.bench.must(SettleTask{
        .kind = TaskKind::open, .id = payment, .failure = ToldFailure{"timed_out", true, 0}});
  }
  counter.bench.now += kHour / 60;
  counter.bench.run_timers();
  counter.work();
  CHECK(counter.row(payment).state == PaymentState::pending);
  CHECK(counter.count("payment.sandbox_opened") == 1);
  CHECK(counter.count("payment.offered") == 1);
  counter.bench.check_rebuild();
}

TEST_CASE("a provider that does not answer is asked ever more seldom, then given up", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.bench.must(counter.wish(order)).id;
  UnixMillis last_wait = 0;
  for (int64_t i = 0; i < attempts_max(TaskKind::open); ++i) {
    CHECK(counter.row(payment).state == PaymentState::opening);
    const auto due = next_timer(counter.bench.store->snapshot()->rows());
    REQUIRE(due);
    const auto wait = *due - counter.bench.now;
    CHECK(wait >= last_wait);
    last_wait = wait;
    counter.bench.now = *due;
    counter.bench.run_timers();
  }
  CHECK(counter.row(payment).state == PaymentState::failed);
  CHECK(counter.row(payment).fail_reason == FailReason::unreachable);
  CHECK(counter.count("payment.failed") == 1);
  CHECK_FALSE(next_timer(counter.bench.store->snapshot()->rows()));
}

TEST_CASE("a payment that cannot be ended is given up, and ended when staff tries again",
          "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.offer(order);
  counter.tell<api::ticket::Expired>(order);
  for (int64_t i = 0; i < attempts_max(TaskKind::cancel); ++i) {
    CHECK(counter.count("payment.given_up") == 0);
    counter.bench.now += kHour;
    counter.bench.run_timers();
  }
  counter.forget_work();
  CHECK(counter.count("payment.given_up") == 1);
  CHECK(counter.row(payment).state == PaymentState::closing);
  RetryPayment retry;
  retry.payment_id = payment;
  counter.bench.must(retry, &counter.manager);
  counter.work();
  CHECK(counter.row(payment).fail_reason == FailReason::order_over);
  CHECK(counter.bench.refusal(retry, &counter.manager) == "nothing_to_retry");
  counter.bench.check_rebuild();
}

TEST_CASE("while a buyer waits for the page, what was not heard is asked again each second",
          "[payment]") {
  Counter counter;
  const auto payment = counter.bench.must(counter.wish(counter.hold())).id;
  std::vector<UnixMillis> waits;
  for (int i = 0; i < 7; ++i) {
    counter.bench.must(SettleTask{
        .kind = TaskKind::open, .id = payment, .failure = ToldFailure{"timed_out", true, 0}});
    const auto due = *next_timer(counter.bench.store->snapshot()->rows());
    waits.push_back(due - counter.bench.now);
    counter.bench.now = due;
    counter.bench.run_timers();
  }
  CHECK(waits == std::vector<UnixMillis>{1000, 1000, 1000, 1000, 1000, 2000, 4000});
}

TEST_CASE("a lost webhook is found by looking the payment up", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.offer(order);
  counter.press(payment, Press::approve);
  counter.forget_work();
  counter.bench.now += kHour / 60;
  counter.bench.run_timers();
  counter.work();
  CHECK(counter.row(payment).state == PaymentState::captured);
  CHECK(counter.count("payment.captured") == 1);
}

TEST_CASE("what was looked up, and is as it was, is not looked up again when the process starts",
          "[payment]") {
  Counter counter;
  const auto payment = counter.offer(counter.hold());
  counter.bench.now += kHour / 60;
  counter.bench.run_timers();
  CHECK(counter.work() == 1);
  CHECK(counter.row(payment).state == PaymentState::pending);
  const auto before = counter.bench.head().seq;
  counter.bench.start(decide_start);
  CHECK(counter.bench.head().seq == before);
  counter.bench.now += kHour / 60;  // It is in its own time.
  CHECK(counter.bench.run_timers() == 1);
  counter.bench.check_rebuild();
}

TEST_CASE("each button of the sandbox ends where it says", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.offer(order);
  const auto state = [&] { return counter.row(payment).state; };
  SECTION("declined") {
    counter.press(payment, Press::decline);
    counter.work();
    CHECK(state() == PaymentState::failed);
    CHECK(counter.row(payment).fail_reason == FailReason::declined);
    CHECK(counter.offer(order) != payment);  // The order can still be paid.
  }
  SECTION("challenged, then approved") {
    counter.press(payment, Press::challenge);
    counter.work();
    CHECK(state() == PaymentState::requires_action);
    counter.press(payment, Press::approve);
    counter.work();
    CHECK(state() == PaymentState::captured);
  }
  SECTION("left") {
    counter.press(payment, Press::abandon);
    counter.work();
    CHECK(state() == PaymentState::pending);
  }
  SECTION("slow") {
    counter.press(payment, Press::slow);
    CHECK(counter.work() == 0);
    counter.bench.now += 10'000;
    counter.bench.run_timers();
    counter.work();
    CHECK(state() == PaymentState::captured);
  }
  SECTION("told twice") {
    counter.press(payment, Press::twice);
    CHECK(counter.work() == 2);
    CHECK(counter.count("payment.webhook_taken") == 1);
    CHECK(counter.count("payment.captured") == 1);
  }
  SECTION("told out of order") {
    counter.press(payment, Press::out_of_order);
    counter.work();
    counter.bench.now += 1000;
    counter.bench.run_timers();
    counter.work();
    CHECK(counter.count("payment.webhook_taken") == 2);
    CHECK(state() == PaymentState::captured);
  }
  SECTION("less than was asked for") {
    counter.press(payment, Press::wrong_amount);
    counter.work();
    CHECK(state() == PaymentState::held_for_review);
    CHECK(counter.count("payment.captured") == 0);
  }
  counter.bench.check_rebuild();
}

TEST_CASE("what can no longer be paid is ended at the provider", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  SECTION("the order expired") {
    const auto payment = counter.offer(order);
    counter.tell<api::ticket::Expired>(order);
    CHECK(counter.row(payment).state == PaymentState::closing);
    counter.work();
    CHECK(counter.row(payment).state == PaymentState::failed);
    CHECK(counter.row(payment).fail_reason == FailReason::order_over);
  }
  SECTION("the order was given up while the provider was asked for the first time") {
    const auto payment = counter.bench.must(counter.wish(order)).id;
    counter.tell<api::ticket::Cancelled>(order);
    counter.work();
    CHECK(counter.row(payment).state == PaymentState::closing);
    counter.work();
    CHECK(counter.row(payment).state == PaymentState::failed);
  }
  SECTION("the order costs something else now") {
    const auto payment = counter.offer(order);
    api::ticket::OrderChanged fact{};
    fact.lines = {{.ticket_type_id = id_of(51), .quantity = 2}};
    fact.total = {3000, "EUR"};
    counter.tell(order, fact);
    const auto other = counter.offer(order);
    CHECK(other != payment);
    CHECK(counter.row(payment).fail_reason == FailReason::superseded);
    CHECK(counter.row(other).amount == Money{3000, "EUR"});
  }
  SECTION("another method was chosen") {
    const auto payment = counter.offer(order);
    const auto transfer = counter.bench.must(counter.wish(order, Method::transfer));
    CHECK(transfer.reference_code == "ABCDEFGHJK");
    counter.work();
    CHECK(counter.row(payment).state == PaymentState::failed);
  }
  counter.bench.check_rebuild();
}

TEST_CASE("money that comes while a payment is being ended is taken all the same", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.offer(order);
  counter.press(payment, Press::approve);
  counter.tell<api::ticket::Expired>(order);
  counter.work();
  CHECK(counter.row(payment).state == PaymentState::captured);
  CHECK(counter.count("payment.captured") == 1);
  counter.tell_too_late(order, payment);
  counter.work();
  CHECK(counter.row(payment).state == PaymentState::refunded);
  counter.bench.check_rebuild();
}

TEST_CASE("an order may only be begun to be paid so often", "[payment]") {
  Counter counter;
  const auto order = counter.hold();
  for (int i = 0; i < 20; ++i) {
    const auto payment = counter.offer(order);
    counter.press(payment, Press::decline);
    counter.work();
  }
  CHECK(counter.bench.refusal(counter.wish(order)) == "too_many_payments");
}

TEST_CASE("a payer is sent on to https alone", "[payment]") {
  Counter counter;
  auto message = counter.wish(counter.hold());
  message.return_url = "javascript:alert(1)";
  CHECK(counter.bench.refusal(message) == "invalid");
  message.return_url = "https://shop.example/?a=\"><script>";
  const auto payment = counter.bench.must(message).id;
  counter.work();
  SandboxPress press;
  press.reference = counter.row(payment).reference;
  const auto page = counter.bench.must(press).body.data;
  CHECK(page.find("<script>") == std::string::npos);
  CHECK(page.find("https://shop.example/?a=&quot;&gt;&lt;script&gt;") != std::string::npos);
}
