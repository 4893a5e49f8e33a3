// The rules of exchanges: a ticket becomes one of another type, at once or when more is paid.
#pragma once

#include "common/api/ticket_exchanges.h"
#include "common/service/handlers.h"
#include "daemons/ticket/exchange_rows.h"

namespace bilten::ticket {

// unknown_ticket, role_missing, ticket_used, disputed, ticket_ended, same_type, exchange_closed,
// ticket_transferred;
// then as an order of one ticket (orders.h)
Decided<api::ticket::ExchangeView> decide_exchange(const Rows& rows, const Context& context,
                                                   const api::ticket::ExchangeTicket& message,
                                                   std::string_view mesh_key);

// The exchange that an order holds the difference of; nothing: it is an order as any.
std::optional<ExchangeRow> find_exchange(const Rows& rows, const Id& order_id);
// What the payment of the difference does; nothing: the ticket is not what it was.
std::optional<api::ticket::Exchanged> paid_exchange(const Rows& rows, const Context& context,
                                                    const Id& order_id, const OrderRow& order,
                                                    const Id& payment_id);

void apply(Rows& rows, const api::ticket::ExchangeHeld& fact);
void apply(Rows& rows, const api::ticket::Exchanged& fact);

}  // namespace bilten::ticket
