// The rules of refunds: who may give back what, and what comes of it.
#pragma once

#include "common/api/ticket_refunds.h"
#include "common/service/handlers.h"
#include "daemons/ticket/refund_rows.h"

namespace bilten::ticket {

// unknown_order, role_missing, not_paid, already_refunded, invalid (tickets and an amount, a
// ticket twice), unknown_ticket, already_refunded, disputed, too_many_refunds; amount_too_large;
// of the buyer: refund_closed, ticket_used, not_refundable
Decided<api::ticket::RefundView> decide_refund(const Rows& rows, const Context& context,
                                               const api::ticket::RefundOrder& message,
                                               std::string_view secret);

// What refunds an order in whole without being asked: its tickets are void, the money went back
// before. Nothing where nothing is left of it.
void refund_whole(const Rows& rows, const Context& context, const Id& order_id,
                  const OrderRow& order, RefundReason reason, Effects& effects);

// The refunds of an order, the oldest first.
std::vector<api::ticket::RefundView> refunds_of(const Rows& rows, const Id& order_id,
                                                const OrderRow& order);

void apply(Rows& rows, const api::ticket::Refunded& fact);

}  // namespace bilten::ticket
