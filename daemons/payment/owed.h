// What an organiser is owed, event by event: kept by the ledger's entries as they are written, and
// moved out of it by payouts.
#pragma once

#include <set>

#include "daemons/payment/ledger.h"
#include "daemons/payment/payout_rows.h"
#include "daemons/payment/split.h"

namespace bilten::payment {

inline const AccountName kPayable{AccountKind::organizer_payable};
inline const AccountName kPayouts{AccountKind::payouts};
inline const AccountName kBank{AccountKind::clearing, "bank"};  // The platform's.

// An event's accounts in one currency.
struct Owed {
  Id event_id;         // Nil: of no event.
  int64_t amount = 0;  // What the organiser is owed; negative: owes.
  int64_t disputed = 0;
  Split parts = {};                                       // Of the accounts that are in credit.
  std::vector<std::pair<AccountName, int64_t>> all = {};  // What sums to the amount; credits.
};

// Of one currency; `prefix` is an organisation's id, or that and an event's.
std::vector<Owed> owed_of(const Rows& rows, std::string_view prefix, const std::string& currency);
std::set<std::string> currencies_of(const Rows& rows, const Id& organization_id);

// Moves so much to the payouts out of what is in credit, at most all of that: in proportion, and
// what the organiser's own account paid for the platform last.
void take_parts(Entry& entry, const Owed& owed, const std::string& currency, int64_t amount);

// Settles what the event brought into the organiser's own account, for it was theirs at once: it is
// taken off what they are owed. Where it is more (they owe the platform its fees), nothing of the
// event is left, and the difference stands on organizer_payable of no event, for any payout to
// come. False: there is nothing to settle.
bool settle_own(const Rows& rows, const Id& organization_id, const Id& event_id, Books& books);

// What the entry does to what is owed to its organisation.
void note_owed(Rows& rows, const api::payment::Posted& fact);

}  // namespace bilten::payment
