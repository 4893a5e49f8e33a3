// A page of a provider's report as it is taken: its movements under the names that the ledger has
// for them, and what is known from reports alone booked: fees, and payouts to the platform's bank.
#pragma once

#include "common/api/payment_reconcile.h"
#include "common/service/handlers.h"

namespace bilten::payment {

// Adds what the lines say to the fact, which says whose report it is and when it is taken. In an
// organisation's own account we know what we asked for: other sales there, what the provider keeps
// and what goes to their bank are theirs, and passed over.
void take_lines(const Rows& rows, const std::vector<api::payment::ToldLine>& lines,
                api::payment::ReportTaken& fact, Effects& effects);

}  // namespace bilten::payment
