#include "daemons/ticket/service.h"

#include <algorithm>
#include <memory>
#include <set>

#include "common/service/paging.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/core.h"
#include "daemons/ticket/qr.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

constexpr size_t kListsMax = 200;  // Check-in lists of one event.

std::optional<Buyer> find_buyer(const Vault& vault, const Id& order_id) {
  const auto kept = vault.get(vault_key(order_id));
  if (!kept) return std::nullopt;  // Erased at the buyer's wish.
  auto buyer = decode<Buyer>(*kept);
  CHECK_INVARIANT(buyer);
  return std::move(*buyer);
}

// The queries, with what they need beyond rows: the key that codes and links come from.
class Queries {
 public:
  Queries(const Config& config, const ServiceKeys& keys) : config_(config), secret_(keys.secret) {}

  Result<TicketTypeView> type(const Reader& reader, const ReadType& message) const {
    const auto type = reader.rows.find<TypeRow>(message.ticket_type_id.view());
    if (!type) return rests_on("event", unknown_ticket_type());
    if (!find_event(reader.rows, reader.person, type->event_id)) {
      return rests_on("event", unknown_ticket_type());
    }
    return view_of_type(reader.rows, message.ticket_type_id, *type);
  }

  Result<ListOf<TicketTypeView>> types(const Reader& reader, const ListTypes& message) const {
    const auto event = find_event(reader.rows, reader.person, message.event_id);
    if (!event) return event.error();
    ListOf<TicketTypeView> list;
    for (const auto& [id, type] : types_of_event(reader.rows, message.event_id)) {
      list.items.push_back(view_of_type(reader.rows, id, type));
    }
    return list;
  }

  Result<OrderView> order(const Reader& reader, const ReadOrder& message) const {
    const auto order = reader.rows.find<OrderRow>(message.order_id.view());
    if (!order) return unknown_order(nullptr);
    const auto access =
        order_access(reader.rows, reader.person, secret_, message.order_id, *order, message.secret);
    if (access == OrderAccess::none) return unknown_order(reader.person);
    auto view = view_of_order(message.order_id, *order, reader.now);
    if (access == OrderAccess::all) view.buyer = find_buyer(reader.vault, message.order_id);
    return view;
  }

  Result<ListOf<OrderView>> my_orders(const Reader& reader, const ListMyOrders& message) const {
    if (!reader.person) return not_logged_in();
    const auto& person_id = reader.person->person_id;
    const auto limit = static_cast<size_t>(message.limit);
    const auto after = key_after(message.cursor, person_id.view(), 32);
    if (!after) return after.error();
    ListOf<OrderView> list;
    std::string last;
    reader.rows.scan<OrderOfPerson>(
        person_id.view(), *after, limit + 1, [&](std::string_view key, const OrderOfPerson&) {
          if (list.items.size() == limit) {
            list.next_cursor = cursor_at(last);
            return false;
          }
          last = key;
          const auto order_id = newest_first(*Id::from_bytes(key.substr(16)));
          const auto order = reader.rows.find<OrderRow>(order_id.view());
          CHECK_INVARIANT(order);
          list.items.push_back(view_of_order(order_id, *order, reader.now));
          return true;
        });
    return list;
  }

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

  Result<ListOf<CheckInListView>> lists(const Reader& reader,
                                        const ListCheckInLists& message) const {
    const auto event = find_own_event(reader.rows, reader.person, message.event_id, Role::viewer);
    if (!event) return event.error();
    ListOf<CheckInListView> found;
    reader.rows.scan<ListOfEvent>(
        message.event_id.view(), {}, kListsMax, [&](std::string_view key, const ListOfEvent&) {
          const auto list = reader.rows.find<ListRow>(key.substr(16));
          CHECK_INVARIANT(list);
          found.items.push_back({*Id::from_bytes(key.substr(16)), list->event_id, list->title,
                                 list->admitted, list->inside, count_sold(reader.rows, *list)});
          return true;
        });
    return found;
  }

 private:
  // What the codes of one event's tickets are signed with, and how long they are good offline.
  struct Signing {
    crypto::SigningKey key;
    uint32_t valid_until_s = 0;
  };

  static Error not_logged_in() {
    return {Code::unauthenticated, "unauthenticated", "Log in and send the access token."};
  }

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

  // Tickets that the list lets in: what is sold of its types, each stock counted once.
  static int64_t count_sold(const Rows& rows, const ListRow& list) {
    std::set<Id> stocks;
    for (const auto& [id, type] : types_of_event(rows, list.event_id)) {
      const auto& listed = list.ticket_type_ids;
      if (listed.empty() || std::find(listed.begin(), listed.end(), id) != listed.end()) {
        stocks.insert(type.stock_id);
      }
    }
    int64_t sold = 0;
    for (const auto& stock_id : stocks) sold += find_stock(rows, stock_id).sold;
    return sold;
  }

  Config config_;
  std::string secret_;
};

// A query answered by a member of Queries.
template <class Message>
auto by(const std::shared_ptr<const Queries>& queries,
        Result<typename Message::Answer> (Queries::*answer)(const Reader&, const Message&) const) {
  return [queries, answer](const Reader& reader, const Message& message) {
    return (*queries.*answer)(reader, message);
  };
}

}  // namespace

Service service(const Config& config, const ServiceKeys& keys) {
  const auto queries = std::make_shared<const Queries>(config, keys);
  const auto add_type = [config](const Rows& rows, const Context& context, const AddType& message) {
    return decide_add_type(rows, context, message, config);
  };
  const auto order = [secret = keys.secret](const Rows& rows, const Context& context,
                                            const Order& message) {
    return decide_order(rows, context, message, secret);
  };
  const auto cancel_order = [secret = keys.secret](const Rows& rows, const Context& context,
                                                   const CancelOrder& message) {
    return decide_cancel_order(rows, context, message, secret);
  };
  const auto check_code = [secret = keys.secret](const Reader& reader, const CheckIn& message) {
    return prepare_check_in(reader, message, secret);
  };
  return {
      .name = "ticket",
      .doc = "Ticket types, stock, orders, tickets and doors.",
      .facts = describe_facts<Facts>(),
      .table =
          {
              command<AddType>("ticket.add_type", add_type),
              command<ChangeType>("ticket.change_type", decide_change_type),
              query<ReadType>("ticket.type", by<ReadType>(queries, &Queries::type)),
              query<ListTypes>("ticket.types", by<ListTypes>(queries, &Queries::types)),
              command<Order>("ticket.order", order),
              command<CancelOrder>("ticket.order.cancel", cancel_order),
              command<ConfirmOrder>("ticket.order.confirm", decide_confirm_order),
              query<ReadOrder>("ticket.order.view", by<ReadOrder>(queries, &Queries::order)),
              query<ListMyOrders>("ticket.my_orders",
                                  by<ListMyOrders>(queries, &Queries::my_orders)),
              query<ListOrderTickets>("ticket.order.tickets",
                                      by<ListOrderTickets>(queries, &Queries::tickets)),
              query<ReadTicket>("ticket.ticket", by<ReadTicket>(queries, &Queries::ticket)),
              query<ReadTicketQr>("ticket.qr", by<ReadTicketQr>(queries, &Queries::qr)),
              query<ListTicketKeys>("ticket.keys", by<ListTicketKeys>(queries, &Queries::keys)),
              query<ListCheckInLists>("ticket.check_in_lists",
                                      by<ListCheckInLists>(queries, &Queries::lists)),
              command<CheckIn>("ticket.check_in", check_code, decide_check_in),
              reaction<api::event::Drafted>("event.drafted", decide_drafted),
              follow<api::event::Changed>("event.changed"),
              follow<api::event::Published>("event.published"),
              follow<api::event::Unpublished>("event.unpublished"),
              follow<api::event::Cancelled>("event.cancelled"),
              follow<api::event::Completed>("event.completed"),
              timer(kHoldTimer, decide_hold_ended),
          },
      .evolve = evolve,
  };
}

}  // namespace bilten::ticket
