// The ledger: entries, balances at any number, reversals.
#include "daemons/payment/ledger.h"

#include "tests/unit/payment/till.h"

using namespace bilten;
using namespace bilten::test;

namespace {

const AccountName kClearing{AccountKind::clearing, "sandbox"};
const AccountName kPayable{AccountKind::organizer_payable};

Entry entry_of(const Id& organization_id, std::optional<Id> event_id = {}) {
  EntryAbout about{.organization_id = organization_id};
  about.event_id = event_id;
  return Entry(about);
}

// What all entries up to a number sum to, added up from the journal alone.
std::map<Account, int64_t> sums_of(const ServiceBench& bench, const Id& organization_id,
                                   int64_t number) {
  std::map<Account, int64_t> sums;
  for (const auto& each : bench.journal()) {
    if (each.name != api::payment::Posted::name) continue;
    const auto fact = decode<api::payment::Posted>(each.body);
    if (fact->organization_id != organization_id || fact->number > number) continue;
    for (const auto& posting : fact->postings) {
      sums[account_of(posting)] += posting.amount.amount;
    }
  }
  return sums;
}

std::map<Account, int64_t> map_of(const std::vector<Balance>& balances) {
  std::map<Account, int64_t> map;
  for (const auto& each : balances) map[each.account] = each.amount;
  return map;
}

// A few moves between accounts of chance.
Entry random_entry(SeededRandom& random, const Id& organization_id) {
  std::optional<Id> event_id;
  if (random.below(3) > 0) event_id = id_of(static_cast<uint8_t>(100 + random.below(3)));
  auto entry = entry_of(organization_id, event_id);
  const char* currencies[] = {"EUR", "JPY", "KWD"};
  const auto account = [&] {
    const auto kind = static_cast<AccountKind>(random.below(11));
    return kind == AccountKind::tax ? tax_account(static_cast<int64_t>(random.below(2)) * 700)
                                    : AccountName{kind};
  };
  for (uint64_t i = 0; i <= random.below(4); ++i) {
    const auto amount = static_cast<int64_t>(random.below(2'000'000)) - 1'000'000;
    entry.move({amount, currencies[random.below(3)]}, account(), account());
  }
  return entry;
}

}  // namespace

TEST_CASE("an entry nets its moves and leaves out what cancels itself", "[payment]") {
  auto entry = entry_of(id_of(1));
  entry.move({500, "EUR"}, kClearing, kPayable).move({-200, "EUR"}, kClearing, kPayable);
  entry.move({70, "JPY"}, kClearing, kClearing);
  CHECK(entry.postings() ==
        std::vector<api::payment::Posting>{{AccountKind::clearing, "sandbox", {300, "EUR"}},
                                           {AccountKind::organizer_payable, "", {-300, "EUR"}}});
  Till till;
  const auto before = till.bench.head().seq;
  till.book([&](Books& books, const Rows&) { CHECK(books.post(entry_of(id_of(1))) == 0); });
  CHECK(till.bench.head().seq == before);
}

TEST_CASE("an entry is undone by its reversal, once, and stays as it is", "[payment]") {
  Till till;
  till.book([&](Books& books, const Rows&) {
    CHECK(books.post(entry_of(id_of(1)).move({300, "EUR"}, kClearing, kPayable)) == 1);
    CHECK(books.post(entry_of(id_of(1)).move({50, "EUR"}, kClearing, kPayable)) == 2);
  });
  till.book([&](Books& books, const Rows&) {
    CHECK(books.undo(id_of(2), 1) == 0);
    CHECK(books.undo(id_of(1), 1) == 3);
  });
  till.book([&](Books& books, const Rows&) { CHECK(books.undo(id_of(1), 1) == 0); });
  CHECK(till.balances() == Balances{{"clearing/sandbox", 50}, {"organizer_payable", -50}});
  CHECK(till.balances(2) == Balances{{"clearing/sandbox", 350}, {"organizer_payable", -350}});
  CHECK(till.balances(0).empty());
}

TEST_CASE("any run of entries balances at every number, and statements add up to it", "[payment]") {
  Till till;
  SeededRandom random(5);
  const std::vector<Id> organizations{id_of(1), id_of(2)};
  constexpr int64_t kEntries = 300;
  for (int64_t i = 0; i < kEntries; ++i) {
    till.bench.now += static_cast<UnixMillis>(random.below(20)) * kHour;
    till.book([&](Books& books, const Rows&) {
      if (books.undo(organizations[0], static_cast<int64_t>(random.below(1000))) > 0) return;
      while (books.post(random_entry(random, organizations[random.below(2)])) == 0) {
      }
    });
  }
  const auto snapshot = till.bench.store->snapshot();
  const auto& rows = snapshot->rows();
  for (const auto& organization : organizations) {
    for (int64_t number = 0; number <= kEntries; number += 7) {
      const auto balances = trial_balance(rows, organization, number);
      CHECK(map_of(balances) == sums_of(till.bench, organization, number));
      std::map<std::string, int64_t> totals;
      for (const auto& each : balances) {
        totals[each.account.currency] += each.amount;
        CHECK(balance_as_of(rows, organization, each.account, number) == each.amount);
      }
      for (const auto& [currency, total] : totals) CHECK(total == 0);
    }
    std::map<Account, int64_t> of_days;
    rows.scan<EventDayRow>(organization.view(), {}, SIZE_MAX,
                           [&](std::string_view key, const EventDayRow& day) {
                             of_days[read_account(key.substr(40))] += day.debits - day.credits;
                             return true;
                           });
    CHECK(of_days == map_of(trial_balance(rows, organization)));
  }
  till.bench.check_rebuild();
}
