// The ledger as people read it: balances, statements, exports.
#pragma once

#include <string>

#include "common/api/payment_ledger.h"
#include "daemons/payment/ledger.h"

namespace bilten::payment {

// After the entry of that number, or the last one before it.
api::payment::TrialBalanceView trial_balance_view(const Rows& rows, const Id& organization_id,
                                                  std::optional<int64_t> as_of);
// The same of all organisations together.
api::payment::TrialBalanceView platform_balance_view(const Rows& rows,
                                                     std::optional<int64_t> as_of);

// `key` is the entry's own.
api::payment::EntryView entry_view(const Rows& rows, std::string_view key, const EntryRow& row);
// `key` is the row's own.
api::payment::DayView day_view(std::string_view key, const EventDayRow& row);

// A head, and a line for each posting of the entries after that number: at most `limit` entries,
// and fewer where they make nearly a million bytes.
std::string entries_csv(const Rows& rows, const Id& organization_id, int64_t after, int64_t limit);

}  // namespace bilten::payment
