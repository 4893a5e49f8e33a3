#include "daemons/payment/ledger.h"

#include <algorithm>
#include <cstdlib>

namespace bilten::payment {

using api::payment::Posted;

namespace {

int64_t sum_of(int64_t a, int64_t b) {
  int64_t sum = 0;
  CHECK_INVARIANT(!__builtin_add_overflow(a, b, &sum));
  return sum;
}

std::string last_of(const Id& organization_id, const Account& account, int64_t number) {
  return line_key(organization_id, account, number == INT64_MAX ? number : number + 1);
}

void add_to_account(Rows& rows, const Posted& fact, const Account& account, int64_t amount) {
  const auto key = account_key(fact.organization_id, account);
  auto row = rows.find<AccountRow>(key).value_or(AccountRow{});
  row.balance = sum_of(row.balance, amount);
  rows.save(key, row);
  rows.save(line_key(fact.organization_id, account, fact.number),
            AccountLine{amount, row.balance, fact.at});
}

void add_to_day(Rows& rows, const Posted& fact, const Account& account, int64_t amount) {
  const auto key = event_day_key(fact.organization_id, fact.event_id.value_or(Id{}),
                                 fact.at.ms / kDayMillis, account);
  auto row = rows.find<EventDayRow>(key).value_or(EventDayRow{});
  auto& side = amount > 0 ? row.debits : row.credits;
  side = sum_of(side, std::abs(amount));
  ++row.postings;
  rows.save(key, row);
}

}  // namespace

AccountName tax_account(int64_t rate) {
  return {AccountKind::tax, std::to_string(rate)};
}

Entry& Entry::move(const Money& amount, const AccountName& debit, const AccountName& credit) {
  const auto add = [&](const AccountName& name, int64_t change) {
    auto& sum = sums_[{name.kind, name.of, amount.currency}];
    sum = sum_of(sum, change);
  };
  add(debit, amount.amount);
  add(credit, -amount.amount);
  return *this;
}

std::vector<Posting> Entry::postings() const {
  std::vector<Posting> postings;
  for (const auto& [account, sum] : sums_) {
    if (sum != 0) postings.push_back({account.kind, account.of, {sum, account.currency}});
  }
  return postings;
}

Entry reversal(const EntryRow& entry, int64_t number) {
  CHECK_INVARIANT(balances(entry.postings));
  EntryAbout about = entry;
  about.kind = EntryKind::reversal;
  about.reverses = number;
  Entry undone(std::move(about));
  for (const auto& posting : entry.postings) {
    undone.sums_[account_of(posting)] = -posting.amount.amount;
  }
  return undone;
}

bool balances(const std::vector<Posting>& postings) {
  std::map<std::string_view, int64_t> sums;
  for (const auto& posting : postings) {
    auto& sum = sums[posting.amount.currency];
    sum = sum_of(sum, posting.amount.amount);
  }
  return std::all_of(sums.begin(), sums.end(), [](const auto& each) { return each.second == 0; });
}

Books::Books(const Rows& rows, Instant now, Effects& effects)
    : rows_(rows), now_(now), effects_(effects), documents_(rows, now, effects) {
  if (const auto head = rows.find<LedgerHead>("")) last_number_ = head->last_number;
}

int64_t Books::post(const Entry& entry) {
  auto postings = entry.postings();
  if (postings.empty()) return 0;
  Posted fact;
  static_cast<EntryAbout&>(fact) = entry.about();
  fact.number = ++last_number_;
  fact.postings = std::move(postings);
  fact.at = now_;
  effects_.record(fact);
  return fact.number;
}

int64_t Books::undo(const Id& organization_id, int64_t number) {
  const auto key = entry_key(organization_id, number);
  const auto entry = rows_.find<EntryRow>(key);
  if (!entry || rows_.has(ReversedRow::table, key)) return 0;
  return post(reversal(*entry, number));
}

int64_t balance_as_of(const Rows& rows, const Id& organization_id, const Account& account,
                      int64_t number) {
  int64_t balance = 0;
  rows.scan<AccountLine>(account_key(organization_id, account),
                         last_of(organization_id, account, number), 1,
                         [&](std::string_view, const AccountLine& line) {
                           balance = line.balance;
                           return false;
                         });
  return balance;
}

std::vector<Balance> trial_balance(const Rows& rows, const Id& organization_id, int64_t number) {
  std::vector<Balance> balances;
  rows.scan<AccountRow>(organization_id.view(), {}, SIZE_MAX,
                        [&](std::string_view key, const AccountRow&) {
                          balances.push_back({read_account(key.substr(16)), 0});
                          return true;
                        });
  std::erase_if(balances, [&](Balance& each) {
    bool has_line = false;
    rows.scan<AccountLine>(account_key(organization_id, each.account),
                           last_of(organization_id, each.account, number), 1,
                           [&](std::string_view, const AccountLine& line) {
                             each.amount = line.balance;
                             has_line = true;
                             return false;
                           });
    return !has_line;
  });
  return balances;
}

void write_entry(Rows& rows, const Posted& fact) {
  auto head = rows.find<LedgerHead>("").value_or(LedgerHead{});
  CHECK_INVARIANT(fact.number == head.last_number + 1);
  CHECK_INVARIANT(balances(fact.postings));
  head.last_number = fact.number;
  rows.save("", head);
  const auto key = entry_key(fact.organization_id, fact.number);
  rows.save(key, EntryRow{fact, fact.postings, fact.at});
  if (fact.reverses) {
    const auto undone = entry_key(fact.organization_id, *fact.reverses);
    CHECK_INVARIANT(rows.has(EntryRow::table, undone) && !rows.has(ReversedRow::table, undone));
    rows.save(undone, ReversedRow{fact.number});
  }
  for (const auto& posting : fact.postings) {
    const auto account = account_of(posting);
    CHECK_INVARIANT(posting.amount.amount != 0);
    add_to_account(rows, fact, account, posting.amount.amount);
    add_to_day(rows, fact, account, posting.amount.amount);
  }
}

}  // namespace bilten::payment
