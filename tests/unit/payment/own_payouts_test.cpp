// Payouts of who has the money of an account of their own already: all of it, none, some.
#include "daemons/payment/payout_rows.h"
#include "tests/unit/payment/own_till.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::payment;

TEST_CASE("who has all of it is sent nothing, and owes the platform its fees", "[payment]") {
  OwnTill till;
  till.sell(1190);
  CHECK(till.balances()["clearing/stripe-own"] == 1190);
  till.come_due();
  CHECK(till.payouts().empty());
  CHECK(till.balances() == Balances{{"organizer_payable", 119}, {"platform_fees", -119}});
  till.check();
}

TEST_CASE("of mixed money only what the platform holds is sent, less what is owed to it",
          "[payment]") {
  OwnTill till;
  till.sell(1190);
  till.sell(2380, false);
  till.come_due();
  REQUIRE(till.payouts().size() == 1);
  CHECK(till.payouts()[0].amount.amount == 2380 - 238 - 119);
  CHECK(till.balances() ==
        Balances{{"clearing/sandbox", 2380}, {"platform_fees", -357}, {"payouts", -2023}});
  till.bench.must(SendPayout{till.payouts()[0].id, "sandbox", "SEPA-1"});
  CHECK(till.balances() == Balances{{"clearing/sandbox", 357}, {"platform_fees", -357}});
  till.check();
}

TEST_CASE("what is owed of one event lessens the payout of another", "[payment]") {
  OwnTill till;
  till.sell(10'000);
  till.come_due();
  till.event_id = id_of(101);
  till.sell(1190, false);
  till.come_due();
  REQUIRE(till.payouts().size() == 1);
  CHECK(till.payouts()[0].amount.amount == 1190 - 119 - 1000);
  till.check();
}

TEST_CASE("events of own accounts leave nothing behind that later payouts stumble over",
          "[payment]") {
  OwnTill till;
  for (uint8_t i = 0; i < 40; ++i) {
    till.event_id = id_of(static_cast<uint8_t>(100 + i));
    till.sell(1190);
    till.come_due();
  }
  size_t left = 0;
  const auto snapshot = till.bench.store->snapshot();
  snapshot->rows().scan<OwedRow>({}, {}, 1000, [&](std::string_view, const OwedRow&) {
    ++left;
    return true;
  });
  CHECK(left == 1);
  CHECK(till.balances()["organizer_payable"] == 40 * 119);
}

TEST_CASE("a refund after its event was settled gives the fee back, and no more", "[payment]") {
  OwnTill till;
  const auto order = till.sell(1190);
  till.come_due();
  till.give_back(order, 1190);
  CHECK(till.balances()["organizer_payable"] + till.balances()["tax/1900"] +
            till.balances()["clearing/stripe-own"] ==
        0);
  CHECK(till.bench.refusal(MakePayout{till.organization, "EUR"}) == "nothing_due");
  till.check();
}

TEST_CASE("fees that come back from the platform are paid out, whoever holds the rest",
          "[payment]") {
  OwnTill till;
  const auto order = till.sell(1190);
  till.sell(2380, false);
  till.come_due();
  till.give_back(order, 1190);
  const auto paid = till.bench.must(MakePayout{till.organization, "EUR"});
  CHECK(paid.amount.amount == 119);
  till.check();
}

TEST_CASE("a dispute of own money changes nothing that the platform holds", "[payment]") {
  OwnTill till{0};
  const auto order = till.sell(1190);
  till.sell(500, false);
  till.book([&](Books& books, const Rows& rows) {
    book_dispute_opened(books, rows, till.money(order, 1190));
  });
  till.come_due();
  REQUIRE(till.payouts().size() == 1);
  CHECK(till.payouts()[0].amount.amount == 500);
  till.book([&](Books& books, const Rows& rows) {
    book_dispute_closed(books, rows, till.money(order, 1190), true);
  });
  CHECK(till.bench.refusal(MakePayout{till.organization, "EUR"}) == "nothing_due");
  till.check();
}
