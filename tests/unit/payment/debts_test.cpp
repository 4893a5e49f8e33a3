// What organisers owe the platform, and what of it came in.
#include "common/api/payment_debts.h"
#include "common/api/payment_ledger.h"
#include "tests/unit/payment/own_till.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::payment;

namespace {

// It has sold a ticket of 11.90 by its own account, of an event that is over: it owes 1.19.
struct Debtors : OwnTill {
  Debtors() {
    sell(1190);
    come_due();
  }
  ReceiveDebt money(int64_t amount, const std::string& reference = "SEPA-1") const {
    return {organization, {amount, "EUR"}, reference};
  }
  ReadDebts::Answer debts() { return bench.must(ReadDebts{organization}, &manager); }
  std::vector<Money> owed() { return debts().owed; }
  size_t entries() { return bench.must(ListEntries{organization}, &manager).items.size(); }
};

}  // namespace

TEST_CASE("what an organiser sends of its debt is booked, and it owes the rest", "[payment]") {
  Debtors till;
  CHECK(till.owed() == std::vector<Money>{{119, "EUR"}});
  const auto receipt = till.bench.must(till.money(100));
  CHECK(receipt.amount == Money{100, "EUR"});
  CHECK(till.owed() == std::vector<Money>{{19, "EUR"}});
  CHECK(till.balances() ==
        Balances{{"clearing/bank", 100}, {"organizer_payable", 19}, {"platform_fees", -119}});
  till.bench.must(till.money(19, "SEPA-2"));
  CHECK(till.owed().empty());
  CHECK(till.balances() == Balances{{"clearing/bank", 119}, {"platform_fees", -119}});
  const auto debts = till.debts();
  REQUIRE(debts.items.size() == 2);
  CHECK(debts.items[0].reference == "SEPA-2");
  CHECK(debts.items[1].reference == "SEPA-1");
  till.check();
}

TEST_CASE("no more is taken than is owed, and the refusal says how much that is", "[payment]") {
  Debtors till;
  const auto refused = till.bench.send(till.money(120));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "more_than_owed");
  CHECK(refused.error().detail.find("1.19 EUR") != std::string::npos);
  auto other = till.money(1);
  other.amount.currency = "USD";
  CHECK(till.bench.refusal(other) == "more_than_owed");
  other = till.money(1);
  other.organization_id = id_of(9);
  CHECK(till.bench.refusal(other) == "more_than_owed");
  till.check();
}

TEST_CASE("money that is told twice counts once, and a reference means one amount", "[payment]") {
  Debtors till;
  till.bench.must(till.money(100));
  const auto seq = till.bench.head().seq;
  const auto entries = till.entries();
  CHECK(till.bench.must(till.money(100)).at == till.debts().items[0].at);
  CHECK(till.bench.head().seq == seq);
  CHECK(till.entries() == entries);
  CHECK(till.bench.refusal(till.money(19)) == "reference_used");
  CHECK(till.owed() == std::vector<Money>{{19, "EUR"}});
}

TEST_CASE("money that did not come after all is owed again", "[payment]") {
  Debtors till;
  const UndoDebtReceipt undo{till.organization, "SEPA-1"};
  CHECK(till.bench.refusal(undo) == "unknown_reference");
  till.bench.must(till.money(119));
  CHECK(till.bench.must(undo).undone_at);
  CHECK(till.owed() == std::vector<Money>{{119, "EUR"}});
  CHECK(till.balances() == Balances{{"organizer_payable", 119}, {"platform_fees", -119}});
  CHECK(till.debts().items[0].undone_at);
  CHECK(till.bench.refusal(undo) == "already_undone");
  CHECK(till.bench.refusal(till.money(119)) == "reference_used");
  till.bench.must(till.money(119, "SEPA-2"));
  till.check();
}

TEST_CASE("what is due to an organiser is taken off what it owes, and what it sent is no payout's",
          "[payment]") {
  Debtors till;
  till.event_id = id_of(101);
  till.end_event();
  till.sell(100, false);
  CHECK(till.owed() == std::vector<Money>{{119, "EUR"}});  // Not due yet.
  till.come_due();
  CHECK(till.payouts().empty());
  CHECK(till.owed() == std::vector<Money>{{29, "EUR"}});
  till.bench.must(till.money(29));
  CHECK(till.owed().empty());
  CHECK(till.bench.refusal(MakePayout{till.organization, "EUR"}) == "nothing_due");
  till.event_id = id_of(102);
  till.sell(1000, false);
  till.come_due();
  REQUIRE(till.payouts().size() == 1);
  CHECK(till.payouts()[0].amount.amount == 900);
  till.check();
}

TEST_CASE("statements have what came in, and sum to the trial balance", "[payment]") {
  Debtors till;
  till.bench.must(till.money(119));
  std::map<std::string, int64_t> sums;
  for (const auto& day : till.bench.must(ReadStatement{till.organization}, &till.manager).items) {
    const auto name = std::string(word(day.account));
    sums[day.of.empty() ? name : name + "/" + day.of] += day.debits - day.credits;
  }
  std::erase_if(sums, [](const auto& each) { return each.second == 0; });
  CHECK(sums == till.balances());
}

TEST_CASE("operators see who owes, managers their own alone", "[payment]") {
  Debtors till;
  const auto first = till.organization;
  till.organization = id_of(3);
  till.event_id = id_of(103);
  till.sell(2380);
  till.come_due();
  till.organization = id_of(4);
  till.event_id = id_of(104);
  till.sell(500, false);
  till.come_due();
  const auto page = till.bench.must(ListDebtors{.limit = 1});
  REQUIRE(page.items.size() == 1);
  CHECK(page.items[0].organization_id == first);
  CHECK(page.items[0].owed == std::vector<Money>{{119, "EUR"}});
  const auto rest = till.bench.must(ListDebtors{.cursor = page.next_cursor});
  REQUIRE(rest.items.size() == 1);
  CHECK(rest.items[0].organization_id == id_of(3));
  CHECK_FALSE(rest.next_cursor);
  CHECK(till.bench.refusal(ReadDebts{first}, &till.stranger) == "unknown_organization");
  CHECK(till.bench.refusal(ReadDebts{first}, &till.door) == "role_missing");
}
