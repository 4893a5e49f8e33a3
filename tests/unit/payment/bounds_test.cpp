// The largest amounts: refused where they enter, and sums of what is allowed.
#include "tests/unit/payment/till.h"
#include "tests/unit/payment/told_desk.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::payment;

TEST_CASE("what is more than any payment may be is refused where it enters", "[payment]") {
  Counter counter;
  const auto order = counter.hold(kPaymentMax + 1);
  CHECK(counter.bench.refusal(counter.wish(order)) == "amount_too_large");
  const auto fair = counter.hold(kPaymentMax, "ABCDEFGHJM");
  const auto payment = counter.bench.must(counter.wish(fair, Method::transfer)).id;
  ReceivePayment receive;
  receive.payment_id = payment;
  receive.amount = {kPaymentMax + 1, "EUR"};
  CHECK(counter.bench.refusal(receive, &counter.manager) == "invalid");
  ImportStatement statement;
  statement.organization_id = counter.organization;
  statement.raw_body.data =
      "date,amount,currency,text\n2026-11-20,10000000000.01,EUR,ABCDEFGHJM\n"
      "2026-11-20,10000000000.00,EUR,ABCDEFGHJM\n";
  const auto report = counter.bench.must(statement, &counter.manager);
  CHECK(report.faulty == 1);
  REQUIRE(report.movements.size() == 1);
  CHECK(counter.row(payment).received == Money{kPaymentMax, "EUR"});
  counter.bench.check_rebuild();
}

TEST_CASE("a webhook of more than any payment may be makes no sense", "[payment]") {
  ToldDesk desk;
  CHECK(desk.capture(kPaymentMax + 1) == "malformed_webhook");
  CHECK(desk.capture(kPaymentMax).empty());
  CHECK(desk.counter.row(desk.payment).state == PaymentState::held_for_review);
}

TEST_CASE("an event may bring many of the largest payments, and all are paid out", "[payment]") {
  Till till;
  constexpr int kOrders = 20;
  for (int i = 0; i < kOrders; ++i) {
    // As the ledger has them: fifty times what a payment may be.
    till.capture(till.hold({till.line(till.type, 1, kMoneyMax, 0, 0)}), kMoneyMax);
  }
  till.end_event();
  till.bench.now += 7 * kDayMillis;
  MakePayout make;
  make.organization_id = till.organization;
  make.currency = "EUR";
  const auto made = till.bench.must(make);
  CHECK(made.amount.amount == kOrders * kMoneyMax);
  SendPayout send;
  send.payout_id = made.id;
  send.from = "sandbox";
  send.reference = "SEPA-1";
  till.bench.must(send);
  CHECK(till.balances().empty());
  till.bench.check_rebuild();
}

TEST_CASE("the largest payment goes back in refunds and by a dispute, to the cent", "[payment]") {
  ToldDesk desk;
  desk.order = desk.counter.hold(kPaymentMax);
  desk.payment = desk.counter.bench.must(desk.counter.wish(desk.order)).id;
  REQUIRE(desk.capture(kPaymentMax).empty());
  desk.counter.tell_sold(desk.order, desk.payment);
  desk.ask_back(kPaymentMax - 1);
  desk.give_back("re_own");
  CHECK(desk.open_dispute(kPaymentMax).empty());
  CHECK(desk.lose_dispute(kPaymentMax).empty());
  CHECK(desk.counter.row(desk.payment).refunded == kPaymentMax);
  CHECK(desk.balances()["organizer_payable"] == kPaymentMax - 2);
  desk.counter.bench.check_rebuild();
}
