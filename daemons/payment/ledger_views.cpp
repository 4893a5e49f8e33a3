#include "daemons/payment/ledger_views.h"

#include <algorithm>

#include "common/base/time.h"
#include "daemons/payment/csv_text.h"

namespace bilten::payment {

using api::payment::DayView;
using api::payment::EntryView;
using api::payment::TrialBalanceView;

namespace {

// An export of so many bytes ends with the entry that passes them.
constexpr size_t kCsvBytesMax = 900'000;

TrialBalanceView view_of(const Rows& rows, const std::vector<Balance>& balances,
                         std::optional<int64_t> as_of) {
  const auto head = rows.find<LedgerHead>("").value_or(LedgerHead{});
  TrialBalanceView view{std::min(as_of.value_or(INT64_MAX), head.last_number), {}, {}};
  std::map<std::string, std::pair<int64_t, int64_t>> totals;
  for (const auto& [account, amount] : balances) {
    view.accounts.push_back({account.kind, account.of, account.currency, amount});
    auto& [debits, credits] = totals[account.currency];
    (amount > 0 ? debits : credits) += std::abs(amount);
  }
  for (const auto& [currency, sides] : totals) {
    view.totals.push_back({currency, sides.first, sides.second});
  }
  return view;
}

// "12.50": without the currency, which has a column of its own.
std::string decimal(const Money& money) {
  const auto text = to_text(money);
  return text.substr(0, text.find(' '));
}

std::string text_of(const std::optional<Id>& id) {
  return id ? id->text() : std::string();
}

void add_entry(std::string& csv, int64_t number, const EntryRow& entry) {
  const auto number_text = std::to_string(number);
  const auto reverses = entry.reverses ? std::to_string(*entry.reverses) : std::string();
  for (const auto& posting : entry.postings) {
    const auto amount = posting.amount.amount;
    const auto side = decimal({std::abs(amount), posting.amount.currency});
    add_csv_line(csv, {CsvCell::number(number_text), rfc3339(entry.at.ms), word(entry.kind),
                       text_of(entry.event_id), text_of(entry.order_id), text_of(entry.payment_id),
                       entry.reference, CsvCell::number(reverses), word(posting.account),
                       posting.of, CsvCell::number(amount > 0 ? side : ""),
                       CsvCell::number(amount < 0 ? side : ""), posting.amount.currency});
  }
}

}  // namespace

TrialBalanceView trial_balance_view(const Rows& rows, const Id& organization_id,
                                    std::optional<int64_t> as_of) {
  const auto balances = trial_balance(rows, organization_id, as_of.value_or(INT64_MAX));
  return view_of(rows, balances, as_of);
}

TrialBalanceView platform_balance_view(const Rows& rows, std::optional<int64_t> as_of) {
  std::map<Account, int64_t> sums;
  rows.scan<AccountRow>({}, {}, SIZE_MAX, [&](std::string_view key, const AccountRow&) {
    const auto organization_id = *Id::from_bytes(key.substr(0, 16));
    const auto account = read_account(key.substr(16));
    sums[account] += balance_as_of(rows, organization_id, account, as_of.value_or(INT64_MAX));
    return true;
  });
  std::vector<Balance> balances;
  for (const auto& [account, amount] : sums) balances.push_back({account, amount});
  return view_of(rows, balances, as_of);
}

EntryView entry_view(const Rows& rows, std::string_view key, const EntryRow& row) {
  EntryView view;
  static_cast<EntryAbout&>(view) = row;
  view.number = entry_number(key);
  view.postings = row.postings;
  view.at = row.at;
  if (const auto reversed = rows.find<ReversedRow>(key)) view.reversed_by = reversed->by;
  return view;
}

DayView day_view(std::string_view key, const EventDayRow& row) {
  DayView view;
  const auto event_id = *Id::from_bytes(key.substr(16, 16));
  if (!event_id.is_nil()) view.event_id = event_id;
  view.day = rfc3339(entry_number(key.substr(0, 40)) * kDayMillis).substr(0, 10);
  const auto account = read_account(key.substr(40));
  view.account = account.kind;
  view.of = account.of;
  view.currency = account.currency;
  view.debits = row.debits;
  view.credits = row.credits;
  view.postings = row.postings;
  return view;
}

std::string entries_csv(const Rows& rows, const Id& organization_id, int64_t after, int64_t limit) {
  std::string csv;
  add_csv_line(csv, {"number", "at", "kind", "event_id", "order_id", "payment_id", "reference",
                     "reverses", "account", "of", "debit", "credit", "currency"});
  rows.scan<EntryRow>(organization_id.view(), entry_key(organization_id, after),
                      static_cast<size_t>(limit), [&](std::string_view key, const EntryRow& row) {
                        add_entry(csv, entry_number(key), row);
                        return csv.size() < kCsvBytesMax;
                      });
  return csv;
}

}  // namespace bilten::payment
