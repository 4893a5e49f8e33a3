// The rules of bank statements: money that came in by transfer is received by the payment whose
// code its payer wrote, once, however often and in whichever order statements come; the rest waits
// for staff.
#pragma once

#include "common/api/payment_facts.h"
#include "common/api/payment_statements.h"
#include "common/service/handlers.h"
#include "daemons/payment/statement_rows.h"

namespace bilten::payment {

// Finds the file (statement_files.h) in context.prepared. unknown_organization, role_missing,
// too_many_to_review
Decided<api::payment::StatementReport> decide_import_statement(
    const Rows& rows, const Context& context, const api::payment::ImportStatement& message);
// unknown_movement, role_missing, movement_closed, unknown_payment, not_by_hand, already_received
Decided<api::payment::MovementView> decide_match_movement(
    const Rows& rows, const Context& context, const api::payment::MatchMovement& message);
// unknown_movement, role_missing, movement_closed
Decided<api::payment::MovementView> decide_dismiss_movement(
    const Rows& rows, const Context& context, const api::payment::DismissMovement& message);
// unknown_organization, role_missing
Result<api::ListOf<api::payment::MovementView>> list_movements(
    const Reader& reader, const api::payment::ListMovements& message);

void apply(Rows& rows, const api::payment::MovementTaken& fact);
void apply(Rows& rows, const api::payment::MovementClosed& fact);

}  // namespace bilten::payment
