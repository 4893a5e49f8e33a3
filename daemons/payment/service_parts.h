// The pieces of the service's table, one a noun: each in a file of its own with its queries, for
// every row of the table costs the compiler a codec.
#pragma once

#include <vector>

#include "common/service/daemon.h"
#include "common/service/handlers.h"
#include "daemons/payment/config.h"
#include "daemons/payment/providers.h"

namespace bilten::payment {

using Table = std::vector<TableRow>;
Table order_table();
Table payment_table(const Config& config, const ServiceKeys& keys, const OwnAccounts& own);
Table task_table(const Config& config, const Providers& providers);
Table event_refund_table();
Table staff_table();
Table sandbox_table(const Config& config, const ServiceKeys& keys);
Table ledger_table();
Table fee_table();
Table payout_table();
Table debt_table();
Table document_table(const ServiceKeys& keys);
Table reconcile_table(const Config& config, const Providers& providers);
Table statement_table(const ServiceKeys& keys);

// Binds what a rule needs beyond rows and message as its last argument.
template <class Last, class Function>
auto with(Last last, Function function) {
  return [last, function](const auto&... arguments) { return function(arguments..., last); };
}

}  // namespace bilten::payment
