// Reconciliation: a provider's report against the ledger's clearing account. Pure.
#pragma once

#include <vector>

#include "common/api/payment_reconcile.h"
#include "common/store/rows.h"

namespace bilten::payment {

// A movement that one side knows. `is_sure`: inside the reported time, so the other must know it.
struct KnownMovement {
  std::string reference;
  Money amount;  // To us positive.
  bool is_sure = true;
  Instant at = {};
};

struct Comparison {
  std::vector<api::payment::Difference> differences;  // By reference and currency.
  int64_t matched = 0;
};

// Movements of one reference and currency count together on each side: a report may cut one in two.
Comparison compare(const std::vector<KnownMovement>& ours,
                   const std::vector<KnownMovement>& theirs);

// What the ledger has of the account (account_name), of the platform's over all organisations: of
// the time, and, not sure, of a day before and after. Without fees, which are booked from reports
// alone, and without what moves between us and organisers: what a provider pays out goes to the
// platform's bank account all together, and from there to organisers.
std::vector<KnownMovement> movements_of(const Rows& rows, const std::string& account, Instant from,
                                        Instant until);

}  // namespace bilten::payment
