// Paying organisers: when, how much, and what is carried.
#include "common/api/payment.h"
#include "tests/unit/payment/till.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::payment;

namespace {

Id sell(Till& till, int64_t price = 1190) {
  const auto order = till.hold({till.line(till.type, 1, price, 0, 1900)});
  till.capture(order, price);
  return order;
}

std::vector<PayoutView> payouts(Till& till) {
  return till.bench.must(ListPayouts{till.organization}, &till.manager).items;
}

SetPayoutTerms hold_back(const Till& till, int64_t rate) {
  SetPayoutTerms terms;
  terms.organization_id = till.organization;
  terms.hold_back_rate = rate;
  return terms;
}

}  // namespace

TEST_CASE("what an event earned is set aside a week after its end, its tax as well", "[payment]") {
  Till till;
  sell(till);
  till.end_event();
  till.bench.now += 7 * kDayMillis - 1;
  CHECK(till.bench.run_timers() == 0);
  till.bench.now += 1;
  CHECK(till.bench.run_timers() == 1);
  REQUIRE(payouts(till).size() == 1);
  const auto payout = payouts(till)[0];
  CHECK(payout.amount == Money{1190, "EUR"});
  CHECK(payout.parts[0].event_id == till.event_id);
  CHECK(till.balances() == Balances{{"clearing/sandbox", 1190}, {"payouts", -1190}});
  till.bench.must(SendPayout{payout.id, "sandbox", "SEPA-1"});
  CHECK(till.balances().empty());
  CHECK(payouts(till)[0].state == PayoutState::sent);
  CHECK(till.bench.refusal(SendPayout{payout.id, "sandbox", ""}) == "payout_ended");
  CHECK(till.bench.refusal(FailPayout{payout.id}) == "payout_ended");
  CHECK(till.bench.refusal(SendPayout{id_of(9), "sandbox", ""}) == "unknown_payout");
  till.bench.check_rebuild();
}

TEST_CASE("nothing is paid of an event whose end is not known yet", "[payment]") {
  Till till;
  sell(till);
  CHECK(till.bench.refusal(MakePayout{till.organization, "EUR"}) == "nothing_due");
  till.end_event();
  till.bench.now += 7 * kDayMillis;
  CHECK(till.bench.must(MakePayout{till.organization, "EUR"}).amount.amount == 1190);
}

TEST_CASE("a part is kept back for a while, and paid after it", "[payment]") {
  Till till;
  till.bench.must(hold_back(till, 1000));
  sell(till, 2000);
  till.end_event();
  till.bench.now += 7 * kDayMillis;
  till.bench.run_timers();
  REQUIRE(payouts(till).size() == 1);
  CHECK(payouts(till)[0].amount.amount == 1800);
  CHECK(payouts(till)[0].parts[0].held_back == 200);
  CHECK(till.bench.refusal(MakePayout{till.organization, "EUR"}) == "nothing_due");
  till.bench.now += 30 * kDayMillis;
  CHECK(till.bench.run_timers() == 1);
  REQUIRE(payouts(till).size() == 2);
  CHECK(payouts(till)[0].amount.amount == 200);
  till.bench.check_rebuild();
}

TEST_CASE("what an event owes after its payout lessens the next one", "[payment]") {
  Till till;
  const auto first = sell(till);
  till.end_event();
  till.bench.now += 7 * kDayMillis;
  till.bench.run_timers();
  till.refund(first, 1190, {});
  CHECK(till.bench.refusal(MakePayout{till.organization, "EUR"}) == "nothing_due");
  const auto old_event = till.event_id;
  till.event_id = id_of(101);
  sell(till, 5000);
  till.end_event();
  till.bench.now += 7 * kDayMillis;
  till.bench.run_timers();
  REQUIRE(payouts(till).size() == 2);
  const auto payout = payouts(till)[0];
  CHECK(payout.amount.amount == 3810);
  REQUIRE(payout.parts.size() == 2);
  CHECK(payout.parts[0].event_id == old_event);
  CHECK(payout.parts[0].amount == -1190);
  till.bench.check_rebuild();
}

TEST_CASE("disputed money waits until it is decided", "[payment]") {
  Till till;
  const auto order = sell(till);
  sell(till, 500);
  till.book([&](Books& books, const Rows& rows) {
    book_dispute_opened(books, rows, till.movement(order, 1190));
  });
  till.end_event();
  till.bench.now += 7 * kDayMillis;
  till.bench.run_timers();
  REQUIRE(payouts(till).size() == 1);
  CHECK(payouts(till)[0].amount.amount == 500);
  CHECK(payouts(till)[0].parts[0].disputed == 1190);
  till.book([&](Books& books, const Rows& rows) {
    book_dispute_closed(books, rows, till.movement(order, 1190), true);
  });
  CHECK(till.bench.must(MakePayout{till.organization, "EUR"}).amount.amount == 1190);
}

TEST_CASE("a payout that failed is owed again, and paid by the next one", "[payment]") {
  Till till;
  sell(till);
  till.end_event();
  till.bench.now += 7 * kDayMillis;
  till.bench.run_timers();
  const auto sold = till.balances(1);
  till.bench.must(FailPayout{payouts(till)[0].id});
  CHECK(till.balances() == sold);
  CHECK(till.bench.must(MakePayout{till.organization, "EUR"}).amount.amount == 1190);
  till.bench.check_rebuild();
}

TEST_CASE("other terms move a payout that is not due yet", "[payment]") {
  Till till;
  sell(till);
  till.end_event();
  SetPayoutTerms terms;
  terms.organization_id = till.organization;
  terms.days = 10;
  till.bench.must(terms);
  till.bench.now += 7 * kDayMillis;
  CHECK(till.bench.run_timers() == 1);
  CHECK(payouts(till).empty());
  till.bench.now += 3 * kDayMillis;
  CHECK(till.bench.run_timers() == 1);
  CHECK(payouts(till).size() == 1);
}
