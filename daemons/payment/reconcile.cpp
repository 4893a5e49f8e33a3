#include "daemons/payment/reconcile.h"

#include <algorithm>
#include <map>

#include "daemons/payment/reconcile_rows.h"

namespace bilten::payment {

using api::payment::DifferenceKind;

namespace {

struct Side {
  int64_t amount = 0;
  bool is_known = false, is_sure = false;
  Instant at = {};  // Of the first.
};
struct Pair {
  Side ours, theirs;
};
using Pairs = std::map<std::pair<std::string, std::string>, Pair>;  // By reference, currency.

void add_side(Pairs& pairs, const std::vector<KnownMovement>& movements, Side Pair::*which) {
  for (const auto& movement : movements) {
    auto& side = pairs[{movement.reference, movement.amount.currency}].*which;
    side.amount += movement.amount.amount;
    side.at = side.is_known ? std::min(side.at, movement.at) : movement.at;
    side.is_known = true;
    side.is_sure = side.is_sure || movement.is_sure;
  }
}

// Whether a provider moved the money of such entries.
bool is_compared(EntryKind kind) {
  switch (kind) {
    case EntryKind::provider_fee:
    case EntryKind::payout:
    case EntryKind::payout_sent:
    case EntryKind::own_settled:
    case EntryKind::debt_received:
    case EntryKind::provider_payout: return false;
    default: return true;
  }
}

// What undoes an entry is of its kind.
bool is_compared(const Rows& rows, const EntryRow& entry) {
  if (!entry.reverses) return is_compared(entry.kind);
  const auto undone = rows.find<EntryRow>(entry_key(entry.organization_id, *entry.reverses));
  CHECK_INVARIANT(undone);
  return is_compared(undone->kind);
}

void add_account(const Rows& rows, const Id& organization_id, const Account& account, Instant from,
                 Instant until, std::vector<KnownMovement>& movements) {
  rows.scan<AccountLine>(account_key(organization_id, account), {}, SIZE_MAX,
                         [&](std::string_view key, const AccountLine& line) {
                           if (line.at.ms < from.ms - kDayMillis)
                             return false;  // The newest come first.
                           if (line.at.ms >= until.ms + kDayMillis) return true;
                           const auto entry =
                               rows.find<EntryRow>(entry_key(organization_id, line_number(key)));
                           CHECK_INVARIANT(entry);
                           if (!is_compared(rows, *entry)) return true;
                           movements.push_back({entry->reference,
                                                {line.amount, account.currency},
                                                line.at >= from && line.at < until,
                                                line.at});
                           return true;
                         });
}

}  // namespace

Comparison compare(const std::vector<KnownMovement>& ours,
                   const std::vector<KnownMovement>& theirs) {
  Pairs pairs;
  add_side(pairs, ours, &Pair::ours);
  add_side(pairs, theirs, &Pair::theirs);
  Comparison comparison;
  for (const auto& [name, pair] : pairs) {
    const auto& [mine, other] = pair;
    if (mine.is_known && other.is_known && mine.amount == other.amount) {
      ++comparison.matched;
      continue;
    }
    if (!mine.is_sure && !other.is_sure) continue;
    const auto kind = !mine.is_known    ? DifferenceKind::missing_here
                      : !other.is_known ? DifferenceKind::missing_there
                                        : DifferenceKind::other_amount;
    const auto at = !mine.is_known    ? other.at
                    : !other.is_known ? mine.at
                                      : std::min(mine.at, other.at);
    comparison.differences.push_back(
        {kind, name.first, name.second, mine.amount, other.amount, at});
  }
  return comparison;
}

std::vector<KnownMovement> movements_of(const Rows& rows, const std::string& account, Instant from,
                                        Instant until) {
  const auto owner = owner_of(account);
  const auto of = clearing_of(account);
  std::vector<KnownMovement> movements;
  rows.scan<AccountRow>(owner ? owner->view() : std::string_view(), {}, SIZE_MAX,
                        [&](std::string_view key, const AccountRow&) {
                          const auto each = read_account(key.substr(16));
                          if (each.kind == AccountKind::clearing && each.of == of) {
                            const auto organization_id = *Id::from_bytes(key.substr(0, 16));
                            add_account(rows, organization_id, each, from, until, movements);
                          }
                          return true;
                        });
  return movements;
}

}  // namespace bilten::payment
