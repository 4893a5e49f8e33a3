// What operators are told of reconciliation, beside what they ask for. `provider` is the account.
#pragma once

#include <string>

#include "common/store/rows.h"

namespace bilten::payment {

// At the end of a run: a metric, and a line of the log where the report and the ledger differ.
void tell_differences(const std::string& provider, int64_t open);
// At the end of a run that could not read the report.
void tell_unread(const std::string& provider, const std::string& reason);
// At the start of the process: the metric alone, as the last run left it.
void show_differences(const Rows& rows, const std::string& provider);

}  // namespace bilten::payment
