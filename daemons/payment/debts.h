// What organisers owe the platform and send it: noted by operators, never more than is owed.
#pragma once

#include "common/service/handlers.h"
#include "daemons/payment/debt_rows.h"

namespace bilten::payment {

// What the organisation owes now in each currency where it does: what payouts would take of it,
// less what they would pay.
std::vector<Money> debts_of(const Rows& rows, const Id& organization_id, UnixMillis now);

// more_than_owed, reference_used
Decided<api::payment::DebtReceiptView> decide_receive_debt(
    const Rows& rows, const Context& context, const api::payment::ReceiveDebt& message);
// unknown_reference, already_undone
Decided<api::payment::DebtReceiptView> decide_undo_debt_receipt(
    const Rows& rows, const Context& context, const api::payment::UndoDebtReceipt& message);

void apply(Rows& rows, const api::payment::DebtReceived& fact);
void apply(Rows& rows, const api::payment::DebtReceiptUndone& fact);

}  // namespace bilten::payment
