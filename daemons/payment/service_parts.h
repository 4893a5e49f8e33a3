// The pieces of the service's table, one a noun: each in a file of its own with its queries, for
// every row of the table costs the compiler a codec.
#pragma once

#include <vector>

#include "common/service/daemon.h"
#include "common/service/handlers.h"
#include "daemons/payment/config.h"

namespace bilten::payment {

using Table = std::vector<TableRow>;
Table order_table();
Table payment_table();
Table ledger_table();
Table fee_table();
Table payout_table();
Table document_table();
Table reconcile_table();

}  // namespace bilten::payment
