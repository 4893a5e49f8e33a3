// What comes of money: orders paid, money that comes too late, goes back or is disputed.
#pragma once

#include "common/api/payment_money_facts.h"
#include "common/api/ticket_dispute_facts.h"
#include "common/api/ticket_orders.h"
#include "common/service/handlers.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// unknown_order
Decided<api::ticket::OrderView> decide_confirm_order(const Rows& rows, const Context& context,
                                                     const api::ticket::ConfirmOrder& message);

// What the payment service announces; an order that is not known here is passed over. Money of
// another amount than the order's total buys nothing.
Effects decide_captured(const Rows& rows, const Context& context,
                        const api::payment::Captured& fact);
// Money that was given back at the provider is a refund here too: of the whole order where nothing
// of its money is left.
Effects decide_payment_refunded(const Rows& rows, const Context& context,
                                const api::payment::Refunded& fact);
Effects decide_disputed(const Rows& rows, const Context& context,
                        const api::payment::Disputed& fact);
Effects decide_dispute_closed(const Rows& rows, const Context& context,
                              const api::payment::DisputeClosed& fact);

bool is_disputed(const Rows& rows, const Id& order_id);

void apply(Rows& rows, const api::ticket::PaidTooLate& fact);
void apply(Rows& rows, const api::ticket::Blocked& fact);
void apply(Rows& rows, const api::ticket::Unblocked& fact);

}  // namespace bilten::ticket
