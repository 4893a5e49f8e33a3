// What the payment service remembers of its ledger. Everything is made from payment.posted.
#pragma once

#include "common/api/payment_ledger_facts.h"
#include "common/base/big_endian.h"
#include "common/store/rows.h"

namespace bilten::payment {

using api::payment::AccountKind;
using api::payment::EntryAbout;
using api::payment::EntryKind;
using api::payment::Posting;

// Key: empty. How far the ledger is.
struct LedgerHead {
  static constexpr std::string_view table = "ledger";
  int64_t last_number = 0;
  static constexpr auto fields() {
    return field_list(field("last_number", &LedgerHead::last_number, between(0, INT64_MAX)));
  }
};

// Key: organisation id, number. Never changed, never erased.
struct EntryRow : EntryAbout {
  static constexpr std::string_view table = "entry";
  std::vector<Posting> postings;
  Instant at;
  static constexpr auto fields() {
    return join_fields(EntryAbout::fields(), field_list(field("postings", &EntryRow::postings,
                                                              items(2, api::payment::kPostingsMax)),
                                                        field("at", &EntryRow::at)));
  }
};

// Key: as the entry that was undone. An entry is undone once.
struct ReversedRow {
  static constexpr std::string_view table = "entry_reversed";
  int64_t by = 0;  // The number of the entry that undoes it.
  static constexpr auto fields() {
    return field_list(field("by", &ReversedRow::by, between(1, INT64_MAX)));
  }
};

// Key: account_key. What all postings to the account sum to.
struct AccountRow {
  static constexpr std::string_view table = "account";
  int64_t balance = 0;  // Minor units; debit positive.
  static constexpr auto fields() {
    return field_list(field("balance", &AccountRow::balance, between(INT64_MIN, INT64_MAX)));
  }
};

// Key: account_key, the entry's number with its bits turned: the newest first, so that the balance
// as of any number is one seek.
struct AccountLine {
  static constexpr std::string_view table = "account_line";
  int64_t amount = 0;
  int64_t balance = 0;  // After it.
  Instant at;
  static constexpr auto fields() {
    constexpr auto any = between(INT64_MIN, INT64_MAX);
    return field_list(field("amount", &AccountLine::amount, any),
                      field("balance", &AccountLine::balance, any), field("at", &AccountLine::at));
  }
};

// Key: organisation id, event id (nil: of no event), day, account as in account_key.
struct EventDayRow {
  static constexpr std::string_view table = "event_day";
  int64_t debits = 0, credits = 0;  // Both at least 0.
  int64_t postings = 0;
  static constexpr auto fields() {
    constexpr auto amount = between(0, INT64_MAX);
    return field_list(field("debits", &EventDayRow::debits, amount),
                      field("credits", &EventDayRow::credits, amount),
                      field("postings", &EventDayRow::postings, amount));
  }
};

inline constexpr UnixMillis kDayMillis = 86'400'000;

// Whose books hold what is no organisation's alone: what moved between accounts of the platform.
inline constexpr Id kPlatform{};

// An account of one organisation, in one currency.
struct Account {
  AccountKind kind = AccountKind::clearing;
  std::string of;
  std::string currency;
  auto operator<=>(const Account&) const = default;
};

// Who holds the money of a clearing account: providers do for us, "stripe-own" for the organiser.
inline constexpr std::string_view kOwnSuffix = "-own";
inline bool is_with_organizer(const Account& account) {
  return account.kind == AccountKind::clearing && account.of.ends_with(kOwnSuffix);
}

inline Account account_of(const Posting& posting) {
  return {posting.account, posting.of, posting.amount.currency};
}

inline RowKey& add_account(RowKey& key, const Account& account) {
  const char kind = static_cast<char>(account.kind);
  return key.text({&kind, 1}).text(account.of).end().text(account.currency);
}
inline std::string account_key(const Id& organization_id, const Account& account) {
  RowKey key(organization_id);
  return std::string(add_account(key, account));
}
inline std::string line_key(const Id& organization_id, const Account& account, int64_t number) {
  RowKey key(organization_id);
  return std::string(add_account(key, account).number(~static_cast<uint64_t>(number)));
}
inline std::string entry_key(const Id& organization_id, int64_t number) {
  return std::string(RowKey(organization_id).number(static_cast<uint64_t>(number)));
}
inline std::string event_day_key(const Id& organization_id, const Id& event_id, int64_t day,
                                 const Account& account) {
  RowKey key(organization_id);
  key.id(event_id).number(static_cast<uint64_t>(day));
  return std::string(add_account(key, account));
}

// The number that ends the key of an entry, and of an account's line.
inline int64_t entry_number(std::string_view key) {
  CHECK_INVARIANT(key.size() >= 8);
  return static_cast<int64_t>(big_endian(key.substr(key.size() - 8)));
}
inline int64_t line_number(std::string_view key) {
  return ~entry_number(key);
}

// What add_account wrote. `bytes` is the part of a key that it begins, and may go on after it.
inline Account read_account(std::string_view bytes) {
  CHECK_INVARIANT(bytes.size() >= 5);
  const auto end = bytes.find('\0', 1);
  CHECK_INVARIANT(end != std::string_view::npos && end + 4 <= bytes.size());
  return {static_cast<AccountKind>(bytes[0]), std::string(bytes.substr(1, end - 1)),
          std::string(bytes.substr(end + 1, 3))};
}

}  // namespace bilten::payment
