// Tickets and their codes as they are asked for, and their rows of the table.
#include <algorithm>

#include "daemons/ticket/code.h"
#include "daemons/ticket/core.h"
#include "daemons/ticket/qr.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

// The queries, with what they need beyond rows: the key that codes and links come from.
class Queries {
 public:
  Queries(const Config& config, const ServiceKeys& keys) : config_(config), secret_(keys.secret) {}

  Result<ListOf<TicketView>> tickets(const Reader& reader, const ListOrderTickets& message) const {
    const auto order = reader.rows.find<OrderRow>(message.order_id.view());
    if (!order) return unknown_order(nullptr);
    if (order_access(reader.rows, reader.person, secret_, message.order_id, *order,
                     message.secret) != OrderAccess::all) {
      return unknown_order(reader.person);
    }
    const auto signing = signing_of(reader.rows, order->event_id);
    ListOf<TicketView> list;
    for (const auto& id : order->ticket_ids) {
      const auto ticket = reader.rows.find<TicketRow>(id.view());
      CHECK_INVARIANT(ticket);
      list.items.push_back(view_of_ticket(id, *ticket, signing));
    }
    return list;
  }

  Result<TicketView> ticket(const Reader& reader, const ReadTicket& message) const {
    return find_ticket(reader, message.ticket_id, message.secret);
  }

  Result<Content> qr(const Reader& reader, const ReadTicketQr& message) const {
    const auto ticket = find_ticket(reader, message.ticket_id, message.secret);
    if (!ticket) return ticket.error();
    if (!ticket->code) {
      return Error{Code::gone, "ticket_ended",
                   "The ticket is " + std::string(word(ticket->state)) + "; it has no code."};
    }
    return Content{"image/svg+xml", {qr_svg(*ticket->code)}, 0};
  }

  Result<ListOf<TicketKey>> keys(const Reader& reader, const ListTicketKeys& message) const {
    const auto event = find_event(reader.rows, reader.person, message.event_id);
    if (!event) return event.error();
    const auto key = event_key(secret_, message.event_id, kCurrentKey);
    return ListOf<TicketKey>{{{kCurrentKey, "Ed25519", {key.public_key}}}, {}};
  }

 private:
  // What the codes of one event's tickets are signed with, and how long they are good offline.
  struct Signing {
    crypto::SigningKey key;
    uint32_t valid_until_s = 0;
  };

  Signing signing_of(const Rows& rows, const Id& event_id) const {
    const auto event = rows.find<EventRow>(event_id.view());
    CHECK_INVARIANT(event);
    const auto until = event->terms.ends_at.ms / 1000 + config_.code_grace_hours * 3600;
    return {event_key(secret_, event_id, kCurrentKey),
            static_cast<uint32_t>(std::min<int64_t>(until, UINT32_MAX))};
  }

  static TicketView view_of_ticket(const Id& id, const TicketRow& ticket, const Signing& signing) {
    TicketView view{.id = id,
                    .order_id = ticket.order_id,
                    .event_id = ticket.event_id,
                    .ticket_type_id = ticket.ticket_type_id,
                    .state = ticket.state,
                    .code = {}};
    if (ticket.state == TicketState::valid || ticket.state == TicketState::used) {
      view.code = write_code({.key_id = kCurrentKey,
                              .event_id = ticket.event_id,
                              .ticket_id = id,
                              .generation = static_cast<uint16_t>(ticket.generation),
                              .valid_until_s = signing.valid_until_s},
                             signing.key);
    }
    return view;
  }

  Result<TicketView> find_ticket(const Reader& reader, const Id& ticket_id,
                                 const std::optional<std::string>& shown_secret) const {
    const Error unknown{Code::not_found, "unknown_ticket",
                        "There is no such ticket for you; use the link you were given, or log in."};
    const auto ticket = reader.rows.find<TicketRow>(ticket_id.view());
    if (!ticket) return unknown;
    const auto order = reader.rows.find<OrderRow>(ticket->order_id.view());
    CHECK_INVARIANT(order);
    if (order_access(reader.rows, reader.person, secret_, ticket->order_id, *order, shown_secret) !=
        OrderAccess::all) {
      return reader.person ? rests_on("user", unknown) : unknown;
    }
    return view_of_ticket(ticket_id, *ticket, signing_of(reader.rows, ticket->event_id));
  }

  Config config_;
  std::string secret_;
};

}  // namespace

Table ticket_table(const Config& config, const ServiceKeys& keys) {
  const auto queries = std::make_shared<const Queries>(config, keys);
  return {
      query<ListOrderTickets>("ticket.order.tickets",
                              by<Queries, ListOrderTickets>(queries, &Queries::tickets)),
      query<ReadTicket>("ticket.ticket", by<Queries, ReadTicket>(queries, &Queries::ticket)),
      query<ReadTicketQr>("ticket.qr", by<Queries, ReadTicketQr>(queries, &Queries::qr)),
      query<ListTicketKeys>("ticket.keys", by<Queries, ListTicketKeys>(queries, &Queries::keys)),
  };
}

}  // namespace bilten::ticket
