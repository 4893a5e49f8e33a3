// The rules of mails that are wanted again. None is sent here: a fact says that it is wanted.
#pragma once

#include "common/api/ticket_resend.h"
#include "common/service/handlers.h"
#include "daemons/ticket/orders.h"

namespace bilten::ticket {

// unknown_order, order_over, too_many_resends
Decided<Nothing> decide_resend(const Rows& rows, const Context& context,
                               const api::ticket::ResendOrder& message, std::string_view mesh_key);
// unknown_event. An address without orders, or with too many look-ups, is answered as any.
Decided<Nothing> decide_look_up(const Rows& rows, const Context& context,
                                const api::ticket::LookUpOrders& message, const OrderKeys& keys);
// unknown_order
Result<api::ticket::OrderMail::Answer> order_mail(const Reader& reader,
                                                  const api::ticket::OrderMail& message,
                                                  std::string_view mesh_key);

// When the order's mail was asked for again: the last times.
std::vector<Instant> resends_of(const Rows& rows, const Id& order_id);

void apply(Rows& rows, const api::ticket::ResendWanted& fact);
void apply(Rows& rows, const api::ticket::LookUpWanted& fact);

}  // namespace bilten::ticket
