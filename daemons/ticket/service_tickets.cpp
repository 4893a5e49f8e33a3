// Tickets and the keys of their codes as they are asked for, and their rows of the table.
#include "daemons/ticket/code.h"
#include "daemons/ticket/keys.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/ticket_views.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

// The queries, with what they need beyond rows: the key that codes and links come from.
class TicketQueries {
 public:
  TicketQueries(const Config& config, const ServiceKeys& keys)
      : views_(config, keys), secret_(keys.secret) {}

  Result<ListOf<TicketView>> tickets(const Reader& reader, const ListOrderTickets& message) const {
    const auto order = views_.order(reader, message.order_id, message.secret);
    if (!order) return order.error();
    return ListOf<TicketView>{views_.of_order(reader.rows, *order), {}};
  }

  Result<TicketView> ticket(const Reader& reader, const ReadTicket& message) const {
    return views_.ticket(reader, message.ticket_id, message.secret);
  }

  Result<ListOf<TicketKey>> keys(const Reader& reader, const ListTicketKeys& message) const {
    const auto event = find_event(reader.rows, reader.person, message.event_id);
    if (!event) return event.error();
    const auto keys = find_keys(reader.rows, message.event_id);
    ListOf<TicketKey> list;
    for (int64_t key_id = kFirstKey; key_id <= keys.current; ++key_id) {
      list.items.push_back(view_of_key(message.event_id, keys, key_id, secret_));
    }
    return list;
  }

 private:
  TicketViews views_;
  std::string secret_;
};

}  // namespace

Table ticket_table(const Config& config, const ServiceKeys& keys) {
  const auto queries = std::make_shared<const TicketQueries>(config, keys);
  const auto rotate_keys = [secret = keys.secret](const Rows& rows, const Context& context,
                                                  const RotateTicketKeys& message) {
    return decide_rotate_keys(rows, context, message, secret);
  };
  return {
      query<ListOrderTickets>("ticket.order.tickets", by<TicketQueries, ListOrderTickets>(
                                                          queries, &TicketQueries::tickets)),
      query<ReadTicket>("ticket.ticket",
                        by<TicketQueries, ReadTicket>(queries, &TicketQueries::ticket)),
      query<ListTicketKeys>("ticket.keys",
                            by<TicketQueries, ListTicketKeys>(queries, &TicketQueries::keys)),
      command<RotateTicketKeys>("ticket.keys.rotate", rotate_keys),
  };
}

}  // namespace bilten::ticket
