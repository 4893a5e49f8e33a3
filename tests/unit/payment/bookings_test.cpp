// Which entries each movement of money makes.
#include "common/api/payment_fees.h"
#include "tests/unit/payment/till.h"

using namespace bilten;
using namespace bilten::test;
using api::payment::FeeBearer;
using api::payment::SetFeePolicy;

namespace {

SetFeePolicy policy(int64_t rate, int64_t fixed, FeeBearer bearer = FeeBearer::organizer) {
  SetFeePolicy message;
  message.rate = rate;
  message.fixed = fixed;
  message.bearer = bearer;
  message.currency = "EUR";
  return message;
}

}  // namespace

TEST_CASE("a capture is split into tickets, fees and the tax of each rate", "[payment]") {
  Till till;
  const auto order = till.hold(
      {till.line(till.type, 2, 5000, 100, 1900), till.line(till.reduced, 1, 1070, 0, 700)});
  till.capture(order, 11'270);
  CHECK(till.balances() == Balances{{"clearing/sandbox", 11'270},
                                    {"organizer_payable", -9403},
                                    {"buyer_fees", -168},
                                    {"tax/1900", -1629},
                                    {"tax/700", -70}});
  till.bench.check_rebuild();
}

TEST_CASE("the same payment twice is booked once", "[payment]") {
  Till till;
  const auto order = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
  till.capture(order, 1190);
  const auto before = till.bench.head().seq;
  till.capture(order, 1190);
  CHECK(till.bench.head().seq == before);
}

TEST_CASE("money that is not the order's price, or comes a second time, is unapplied",
          "[payment]") {
  Till till;
  const auto order = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
  till.capture(order, 1189, 1);
  CHECK(till.balances() == Balances{{"clearing/sandbox", 1189}, {"unapplied", -1189}});
  till.capture(order, 1190, 2);
  CHECK(till.balances()["organizer_payable"] == -1000);
  till.capture(order, 1190, 3);
  CHECK(till.balances()["unapplied"] == -2379);
  till.capture(id_of(77), 500, 4);
  CHECK(till.balances()["unapplied"] == -2879);
}

TEST_CASE("a payment that bought nothing goes back whole, once", "[payment]") {
  Till till;
  till.bench.must(policy(500, 0));
  const auto order = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
  till.capture(order, 1190);
  const auto money = till.movement(order, 1190);
  const auto give_back = [&](Books& books, const Rows& rows) {
    book_return_due(books, rows, money.payment_id);
  };
  till.book(give_back);
  CHECK(till.balances() == Balances{{"clearing/sandbox", 1190}, {"refunds", -1190}});
  const auto before = till.bench.head().seq;
  till.book(give_back);
  CHECK(till.bench.head().seq == before);
  till.book([&](Books& books, const Rows& rows) { book_refund_sent(books, rows, money); });
  CHECK(till.balances().empty());
  till.bench.check_rebuild();
}

TEST_CASE("money of another amount that staff lets count is booked as the order's, once",
          "[payment]") {
  for (const int64_t received : {1189, 1191}) {
    INFO(received);
    Till till;
    const auto order = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
    till.capture(order, received);
    CHECK(till.balances() == Balances{{"clearing/sandbox", received}, {"unapplied", -received}});
    const auto release = [&](Books& books, const Rows& rows) {
      book_release(books, rows, till.movement(order, received));
    };
    till.book(release);
    const Balances paid{
        {"clearing/sandbox", received}, {"organizer_payable", 190 - received}, {"tax/1900", -190}};
    CHECK(till.balances() == paid);
    till.book(release);
    CHECK(till.balances() == paid);
    till.refund(order, 1190, {});
    // No more than was paid.
    CHECK(till.balances()["refunds"] == -std::min<int64_t>(1190, received));
    till.bench.check_rebuild();
  }
}

TEST_CASE("no more of the platform's fee goes back than was paid for it", "[payment]") {
  Till till;
  till.bench.must(policy(0, 1000));
  const auto order = till.hold({till.line(till.type, 1, 1000, 0, 0)});
  till.capture(order, 999);
  till.book([&](Books& books, const Rows& rows) {
    book_release(books, rows, till.movement(order, 999));
  });
  const Balances paid{
      {"clearing/sandbox", 999}, {"organizer_payable", 1}, {"platform_fees", -1000}};
  CHECK(till.balances() == paid);
  till.refund(order, 1000, {});
  const Balances back{{"clearing/sandbox", 999},
                      {"organizer_payable", 1},
                      {"platform_fees", -1},
                      {"refunds", -999}};
  CHECK(till.balances() == back);
}

TEST_CASE("a refund of some tickets gives back their own tax and no other", "[payment]") {
  Till till;
  const auto seat = till.line(till.type, 1, 1190, 0, 1900);
  const auto child = till.line(till.reduced, 1, 1070, 0, 700);
  const auto order = till.hold({seat, child});
  till.capture(order, 2260);
  till.refund(order, 1070, {seat});
  CHECK(till.balances() == Balances{{"clearing/sandbox", 2260},
                                    {"organizer_payable", -1000},
                                    {"tax/1900", -190},
                                    {"refunds", -1070}});
  till.refund(order, 1190, {});
  CHECK(till.balances() == Balances{{"clearing/sandbox", 2260}, {"refunds", -2260}});
}

TEST_CASE("an amount alone goes back in the proportions of what stands", "[payment]") {
  Till till;
  const auto seat = till.line(till.type, 1, 1190, 0, 1900);
  const auto order = till.hold({seat});
  till.capture(order, 1190);
  till.refund(order, 119, {seat});
  CHECK(till.balances()["tax/1900"] == -171);
  CHECK(till.balances()["organizer_payable"] == -900);
}

TEST_CASE("the platform's fee is the organiser's or the buyer's by the policy", "[payment]") {
  Till till;
  till.bench.must(policy(1000, 20));
  const auto first = till.hold({till.line(till.type, 1, 1000, 0, 0)});
  till.bench.must(policy(1000, 20, FeeBearer::buyer));
  const auto second = till.hold({till.line(till.type, 1, 1000, 150, 0)});
  const auto third = till.hold({till.line(till.type, 1, 1000, 50, 0)});
  till.capture(first, 1000);
  CHECK(till.balances() ==
        Balances{{"clearing/sandbox", 1000}, {"organizer_payable", -880}, {"platform_fees", -120}});
  till.capture(second, 1150);
  CHECK(till.balances()["organizer_payable"] == -1880);
  CHECK(till.balances()["buyer_fees"] == -30);
  till.capture(third, 1050);
  CHECK(till.balances()["buyer_fees"] == -30);
  CHECK(till.balances()["organizer_payable"] == -2810);
  CHECK(till.balances()["platform_fees"] == -360);
}

TEST_CASE("an order keeps the fees it was made under, and gives back what they were", "[payment]") {
  Till till;
  till.bench.must(policy(1000, 0));
  const auto line = till.line(till.type, 1, 1000, 0, 0);
  auto both = line;
  both.quantity = 2;
  both.total = 2000;
  const auto order = till.hold({both});
  auto kept = policy(5000, 0);
  kept.returned = false;
  till.bench.must(kept);
  const auto later = till.hold({line});
  till.capture(order, 2000);
  CHECK(till.balances()["platform_fees"] == -200);
  till.refund(order, 1000, {line});
  CHECK(till.balances()["platform_fees"] == -100);
  CHECK(till.balances()["organizer_payable"] == -900);
  till.refund(order, 1000, {});
  CHECK(till.balances() == Balances{{"clearing/sandbox", 2000}, {"refunds", -2000}});
  till.capture(later, 1000);
  till.refund(later, 1000, {});
  CHECK(till.balances()["platform_fees"] == -500);
  CHECK(till.balances()["organizer_payable"] == 500);
}

TEST_CASE("a dispute holds the money back until it is won or lost", "[payment]") {
  Till till;
  const auto order = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
  till.capture(order, 1190);
  const auto sold = till.balances();
  const auto money = till.movement(order, 1190);
  const auto open = [&](Books& books, const Rows& rows) {
    book_dispute_opened(books, rows, money);
  };
  till.book(open);
  CHECK(till.balances()["disputes"] == 1190);
  CHECK(till.balances().count("clearing/sandbox") == 0);
  till.book([&](Books& books, const Rows& rows) { book_dispute_closed(books, rows, money, true); });
  CHECK(till.balances() == sold);
  till.book(open);
  till.book(
      [&](Books& books, const Rows& rows) { book_dispute_closed(books, rows, money, false); });
  till.refund(order, 1190, {});
  CHECK(till.balances().empty());
}

TEST_CASE("what was paid for an exchange counts for the order it changed", "[payment]") {
  Till till;
  const auto seat = till.line(till.reduced, 1, 1070, 0, 700);
  const auto order = till.hold({seat});
  const auto difference = till.hold({till.line(till.type, 1, 120, 0, 1900)});
  till.capture(order, 1070);
  till.capture(difference, 120);
  api::ticket::Exchanged fact{};
  fact.organization_id = till.organization;
  fact.event_id = till.event_id;
  fact.order_id = order;
  fact.amount.currency = "EUR";
  fact.lines = {till.line(till.type, 1, 1190, 0, 1900)};
  fact.paid = 120;
  fact.paid_order_id = difference;
  till.bench.note(fact);
  till.refund(order, 1190, {});
  CHECK(till.balances() == Balances{{"clearing/sandbox", 1190}, {"refunds", -1190}});
}
