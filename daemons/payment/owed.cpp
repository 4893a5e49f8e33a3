#include "daemons/payment/owed.h"

#include <algorithm>

namespace bilten::payment {

using api::payment::Posted;

namespace {

// What the organiser has by an account of their own counts against what they are owed.
bool is_owed(const Account& account) {
  const auto kind = account.kind;
  return kind == AccountKind::organizer_payable || kind == AccountKind::buyer_fees ||
         kind == AccountKind::tax || is_with_organizer(account);
}

// What came of the event to the organiser's own account at a provider, less what went.
int64_t own_of(const Owed& owed) {
  int64_t own = 0;
  for (const auto& [account, credit] : owed.all) {
    if (account.kind == AccountKind::clearing) own -= credit;
  }
  return own;
}

void add(Owed& owed, const Account& account, int64_t credit) {
  if (account.kind == AccountKind::disputes) {
    owed.disputed = std::max<int64_t>(0, -credit);
    return;
  }
  owed.amount += credit;
  owed.all.push_back({{account.kind, account.of}, credit});
  if (credit <= 0) return;
  if (account.kind == AccountKind::organizer_payable) owed.parts.tickets = credit;
  if (account.kind == AccountKind::buyer_fees) owed.parts.fees = credit;
  if (account.kind == AccountKind::tax)
    owed.parts.taxes.push_back({std::stoll(account.of), credit});
}

// One event, one currency.
bool settle_own(const Owed& owed, const Id& organization_id, const std::string& currency,
                Books& books) {
  const auto own = own_of(owed);
  if (own <= 0) return false;
  EntryAbout about{.organization_id = organization_id, .kind = EntryKind::own_settled};
  about.event_id = owed.event_id;
  Entry entry(about);
  const bool is_more = owed.amount < 0;
  for (const auto& [account, credit] : owed.all) {
    const bool is_taken = is_more || account.kind == AccountKind::clearing;
    if (is_taken) entry.move({credit, currency}, account, kPayouts);
  }
  if (!is_more) take_parts(entry, owed, currency, own);
  books.post(entry);
  about.event_id.reset();
  books.post(Entry(about).move({is_more ? -owed.amount : 0, currency}, kPayable, kPayouts));
  return true;
}

}  // namespace

std::vector<Owed> owed_of(const Rows& rows, std::string_view prefix, const std::string& currency) {
  std::vector<Owed> all;
  rows.scan<OwedRow>(prefix, {}, SIZE_MAX, [&](std::string_view key, const OwedRow& row) {
    const auto account = read_account(key.substr(32));
    if (account.currency != currency) return true;
    const auto event_id = *Id::from_bytes(key.substr(16, 16));
    if (all.empty() || all.back().event_id != event_id) all.push_back({event_id});
    add(all.back(), account, -row.balance);
    return true;
  });
  return all;
}

std::set<std::string> currencies_of(const Rows& rows, const Id& organization_id) {
  std::set<std::string> currencies;
  rows.scan<OwedRow>(organization_id.view(), {}, SIZE_MAX,
                     [&](std::string_view key, const OwedRow&) {
                       currencies.insert(read_account(key.substr(32)).currency);
                       return true;
                     });
  return currencies;
}

void take_parts(Entry& entry, const Owed& owed, const std::string& currency, int64_t amount) {
  const auto& whole = owed.parts;
  auto rest = amount;
  if (const auto of_parts = std::min(amount, whole.total()); of_parts > 0) {
    const auto split = portion(whole, whole, {}, of_parts);
    entry.move({split.tickets, currency}, kPayable, kPayouts);
    entry.move({split.fees, currency}, {AccountKind::buyer_fees}, kPayouts);
    for (const auto& tax : split.taxes) {
      entry.move({tax.amount, currency}, tax_account(tax.rate), kPayouts);
    }
    rest -= of_parts;
  }
  for (const auto& [account, credit] : owed.all) {
    if (account.kind != AccountKind::clearing || credit <= 0) continue;
    const auto part = std::min(rest, credit);
    entry.move({part, currency}, account, kPayouts);
    rest -= part;
  }
  CHECK_INVARIANT(rest == 0);
}

bool settle_own(const Rows& rows, const Id& organization_id, const Id& event_id, Books& books) {
  bool is_settled = false;
  const std::string prefix(RowKey(organization_id).id(event_id));
  for (const auto& currency : currencies_of(rows, organization_id)) {
    for (const auto& owed : owed_of(rows, prefix, currency)) {
      is_settled = settle_own(owed, organization_id, currency, books) || is_settled;
    }
  }
  return is_settled;
}

void note_owed(Rows& rows, const Posted& fact) {
  for (const auto& posting : fact.postings) {
    const auto account = account_of(posting);
    if (!is_owed(account) && account.kind != AccountKind::disputes) continue;
    const auto key = owed_key(fact.organization_id, fact.event_id.value_or(Id{}), account);
    auto row = rows.find<OwedRow>(key).value_or(OwedRow{});
    row.balance += posting.amount.amount;
    if (row.balance == 0) {
      rows.erase<OwedRow>(key);
    } else {
      rows.save(key, row);
    }
  }
}

}  // namespace bilten::payment
