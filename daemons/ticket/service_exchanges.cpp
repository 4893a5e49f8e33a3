// The rows of exchanges in the table.
#include "daemons/ticket/exchanges.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

Table exchange_table(const ServiceKeys& keys) {
  const auto exchange = [mesh_key = keys.mail_index](const Rows& rows, const Context& context,
                                                     const api::ticket::ExchangeTicket& message) {
    return decide_exchange(rows, context, message, mesh_key);
  };
  return {command<api::ticket::ExchangeTicket>("ticket.exchange", exchange)};
}

}  // namespace bilten::ticket
