// The rules of refunds: who may give back what, and what comes of it.
#pragma once

#include "common/api/ticket_refunds.h"
#include "common/service/handlers.h"
#include "daemons/ticket/refund_rows.h"

namespace bilten::ticket {

// unknown_order, role_missing, not_paid, exchange_order, already_refunded, invalid (tickets and an
// amount, a ticket twice), disputed, unknown_ticket, already_refunded, too_many_refunds,
// amount_too_large; of the buyer: role_missing, refund_closed, ticket_used,
// ticket_transferred, not_refundable
Decided<api::ticket::RefundView> decide_refund(const Rows& rows, const Context& context,
                                               const api::ticket::RefundOrder& message,
                                               std::string_view mesh_key);

// That these tickets of a paid order go, and what their going gives back, whatever a policy says:
// for who has asked that before. The tickets must stand.
struct PaidOrder {
  const Id& order_id;
  const OrderRow& order;
  const StandingRow& standing;
  api::ticket::RefundFees fees;
};
api::ticket::Refunded refund_tickets(const Rows& rows, const Context& context,
                                     const PaidOrder& paid, std::vector<Id> ticket_ids);

// Money of a paid order that went back without being asked for here. Where it is all that was left,
// what is left of the tickets is void.
struct Unasked {
  const Id& order_id;
  const OrderRow& order;
  RefundReason reason;
  int64_t amount;  // Beyond what is left counts for nothing.
};
void refund_unasked(const Rows& rows, const Context& context, const Unasked& unasked,
                    Effects& effects);

// The refunds of an order, the oldest first.
std::vector<api::ticket::RefundView> refunds_of(const Rows& rows, const Id& order_id,
                                                const OrderRow& order);

void apply(Rows& rows, const api::ticket::Refunded& fact);

}  // namespace bilten::ticket
