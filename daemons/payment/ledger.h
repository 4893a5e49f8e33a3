// The ledger: double entry in whole minor units. An entry is made of moves from one account to
// another, so it balances in each currency and could not be written otherwise; it never changes,
// and is undone by its reversal alone. The chart of accounts is in docs/ledger.md.
#pragma once

#include <map>
#include <vector>

#include "common/service/handlers.h"
#include "daemons/payment/documents.h"
#include "daemons/payment/ledger_rows.h"

namespace bilten::payment {

// Which of an organisation's accounts; the currency comes with the money.
struct AccountName {
  AccountKind kind = AccountKind::clearing;
  std::string of = {};
  auto operator<=>(const AccountName&) const = default;
};
// Of tax: one account for each rate, in hundredths of a percent.
AccountName tax_account(int64_t rate);

class Entry {
 public:
  explicit Entry(EntryAbout about) : about_(std::move(about)) {}

  // Debits one account and credits the other by as much. An amount of 0 is nothing, a negative one
  // a move the other way.
  Entry& move(const Money& amount, const AccountName& debit, const AccountName& credit);

  const EntryAbout& about() const { return about_; }
  // One for each account and currency that is changed at all.
  std::vector<Posting> postings() const;

 private:
  friend Entry reversal(const EntryRow& entry, int64_t number);

  EntryAbout about_;
  std::map<Account, int64_t> sums_;
};

// What undoes the entry of that number.
Entry reversal(const EntryRow& entry, int64_t number);

// True where the postings sum to zero in each currency.
bool balances(const std::vector<Posting>& postings);

// Numbers the entries of one decision, and records each. What a decision records is not in its rows
// yet, so all its entries go through one of these.
class Books {
 public:
  Books(const Rows& rows, Instant now, Effects& effects);

  // The entry's number; 0: it changes nothing and is not recorded.
  int64_t post(const Entry& entry);
  // Undoes an entry, once; 0: there is none of that number, or it was undone before.
  int64_t undo(const Id& organization_id, int64_t number);

  // For the documents of the same decision.
  Issuer& documents() { return documents_; }

 private:
  const Rows& rows_;
  Instant now_;
  Effects& effects_;
  Issuer documents_;
  int64_t last_number_ = 0;
};

// An account's balance after the entry of that number, in minor units; INT64_MAX: as it stands.
int64_t balance_as_of(const Rows& rows, const Id& organization_id, const Account& account,
                      int64_t number = INT64_MAX);

struct Balance {
  Account account;
  int64_t amount = 0;
};
// All accounts of the organisation as of a number; they sum to zero in each currency. An account
// that had no posting by then is left out.
std::vector<Balance> trial_balance(const Rows& rows, const Id& organization_id,
                                   int64_t number = INT64_MAX);

// Writes the entry to its accounts; nothing else may. What orders and payments are by it is
// bookings.h's business.
void write_entry(Rows& rows, const api::payment::Posted& fact);

}  // namespace bilten::payment
