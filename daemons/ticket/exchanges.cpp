#include "daemons/ticket/exchanges.h"

#include <algorithm>

#include "common/crypto/order_link.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/buyer.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/repricing.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/standing.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Basket;
using api::ticket::Exchanged;
using api::ticket::ExchangeHeld;
using api::ticket::ExchangeState;
using api::ticket::ExchangeTicket;
using api::ticket::ExchangeView;
using api::ticket::Held;

namespace {

// A ticket with its order, for who may exchange it.
struct OwnTicket {
  TicketRow ticket;
  OrderRow order;
  EventRow event;
  StandingRow standing;
};

Status check_ticket(const TicketRow& ticket) {
  switch (ticket.state) {
    case TicketState::valid:
      if (ticket.generation < api::ticket::kGenerationMax) return Done{};
      break;
    case TicketState::used:
      return Error{Code::conflict, "ticket_used", "The ticket was used; it stays what it is."};
    case TicketState::blocked:
      return Error{Code::conflict, "disputed",
                   "The order's payment is disputed; wait until that is decided."};
    case TicketState::cancelled:
    case TicketState::refunded:
    case TicketState::transferred: break;
  }
  return Error{Code::gone, "ticket_ended",
               "The ticket is no longer good, or has changed too often."};
}

Result<OwnTicket> find_own_ticket(const Rows& rows, const Context& context,
                                  const ExchangeTicket& message, std::string_view mesh_key) {
  auto ticket = rows.find<TicketRow>(message.ticket_id.view());
  if (!ticket) return unknown_ticket(nullptr);
  auto order = rows.find<OrderRow>(ticket->order_id.view());
  CHECK_INVARIANT(order);
  const auto access =
      order_access(rows, context.person, mesh_key, ticket->order_id, *order, message.secret);
  if (access == OrderAccess::none) return unknown_ticket(context.person);
  if (access != OrderAccess::all) return manager_needed();
  if (const auto fit = check_ticket(*ticket); !fit) return fit.error();
  if (ticket->ticket_type_id == message.ticket_type_id) {
    return Error{Code::conflict, "same_type", "The ticket is of this type already."};
  }
  auto event = event_of(rows, *order);
  const bool by_manager =
      context.person &&
      role_of(rows, event.organization_id, context.person->person_id).value_or(Role::viewer) >=
          Role::manager;
  // What does not take place is exchanged for another date at any time.
  const auto schedule = schedule_of_type(rows, event, ticket->ticket_type_id);
  if (!by_manager && !schedule.is_cancelled && context.now >= schedule.starts_at.ms) {
    return rests_on("event", {Code::conflict, "exchange_closed",
                              "It has begun; only the organiser exchanges now."});
  }
  if (!by_manager && find_holder(rows, message.ticket_id)) {
    return Error{Code::conflict, "ticket_transferred",
                 "The ticket was given away; only the organiser exchanges it."};
  }
  auto standing = find_standing(rows, ticket->order_id, *order);
  return OwnTicket{std::move(*ticket), std::move(*order), std::move(event), std::move(standing)};
}

// The line of one ticket of the new type; the place of the old one counts as free for it.
Result<Line> price_new(const Rows& rows, const OwnTicket& own, const Id& ticket_type_id,
                       UnixMillis now) {
  if (const auto fit = check_on_sale(own.event, now); !fit) return fit.error();
  Basket basket;
  basket.items = {{ticket_type_id, 1}};
  const Id none;
  OrderRow given_back;
  given_back.lines = {{own.ticket.ticket_type_id, 1}};
  const auto priced = fill_basket(rows,
                                  {.event_id = own.order.event_id,
                                   .event = own.event,
                                   .basket = basket,
                                   .changed_id = &none,
                                   .changed = &given_back},
                                  now);
  if (!priced) return priced.error();
  return priced->lines[0];
}

// How the order stands with the ticket as one of the new type: the others as though it had been
// given back, and it at its own price.
Exchanged exchanged_fact(const Rows& rows, const Context& context, const TicketRow& ticket,
                         const Id& ticket_id, const StandingRow& standing, const Line& line) {
  auto rest = price_tickets(rows, standing, without(standing, {ticket_id}));
  rest.lines.push_back(line);
  const auto order = rows.find<OrderRow>(ticket.order_id.view());
  const auto event = event_of(rows, *order);
  return {.organization_id = event.organization_id,
          .event_id = ticket.event_id,
          .order_id = ticket.order_id,
          .ticket_id = ticket_id,
          .ticket_type_id = line.ticket_type_id,
          .amount = {left_over(standing, total_of(rest.lines)), order->total.currency},
          .lines = std::move(rest.lines),
          .promo = rest.promo,
          .paid = 0,
          .paid_order_id = {},
          .payment_id = {},
          .person_id = {},
          .at = {context.now}};
}

Held held_difference(const Context& context, const OwnTicket& own, const Id& order_id,
                     const Line& line, int64_t difference) {
  Line of_difference{line.ticket_type_id, 1, difference};
  of_difference.total = difference;
  return {.organization_id = own.event.organization_id,
          .event_id = own.order.event_id,
          .order_id = order_id,
          .code = fresh_order_code(context.random),
          .person_id = own.order.person_id,
          .buyer = own.order.buyer,
          .lines = {of_difference},
          .total = {difference, own.order.total.currency},
          .promo = {},
          .at = {context.now},
          .expires_at = {context.now + UnixMillis{own.event.terms.hold_minutes} * 60'000}};
}

// Holds the difference as an order of its own, which knows what it is for.
Decided<ExchangeView> hold_exchange(const Rows& rows, const Context& context,
                                    const ExchangeTicket& message, const OwnTicket& own,
                                    const Line& line, int64_t difference,
                                    std::string_view mesh_key) {
  if (const auto shortage = find_shortage(rows, {line})) return sold_out(*shortage);
  const Id order_id = context.fresh_id();
  const auto held = held_difference(context, own, order_id, line, difference);
  Decision<ExchangeView> decision;
  decision.record(held);
  decision.record(ExchangeHeld{.organization_id = held.organization_id,
                               .event_id = held.event_id,
                               .order_id = order_id,
                               .ticket_id = message.ticket_id,
                               .exchanged_order_id = own.ticket.order_id,
                               .line = line,
                               .at = held.at});
  const auto buyer = find_buyer(context.vault, own.ticket.order_id);
  if (buyer) decision.keep(vault_key(order_id), encode(*buyer));
  auto& answer = decision.answer;
  answer.state = ExchangeState::held;
  answer.order = view_of_order(order_id, held_order(held), context.now);
  answer.order->secret = order_secret(mesh_key, order_id);
  return decision;
}

// The order that held the difference is over: it has paid, and counts no more tickets of a buyer.
void end_paid_order(Rows& rows, const Exchanged& fact) {
  auto order = rows.find<OrderRow>(fact.paid_order_id->view());
  CHECK_INVARIANT(order && order->state == OrderState::held);
  order->state = OrderState::paid;
  order->payment_id = fact.payment_id;
  rows.save(fact.paid_order_id->view(), *order);
  rows.clear_timer(kHoldTimer, fact.paid_order_id->view());
  rows.erase<OrderOfBuyer>(
      buyer_key(fact.event_id, order->buyer.data).append(fact.paid_order_id->view()));
}

}  // namespace

Decided<ExchangeView> decide_exchange(const Rows& rows, const Context& context,
                                      const ExchangeTicket& message, std::string_view mesh_key) {
  const auto own = find_own_ticket(rows, context, message, mesh_key);
  if (!own) return own.error();
  const auto line = price_new(rows, *own, message.ticket_type_id, context.now);
  if (!line) return line.error();
  auto fact = exchanged_fact(rows, context, own->ticket, message.ticket_id, own->standing, *line);
  const auto difference = total_of(fact.lines) - left_over(own->standing, 0);
  const Money refunded = fact.amount;
  Decided<ExchangeView> decision = Decision<ExchangeView>();
  if (difference > 0) {
    decision = hold_exchange(rows, context, message, *own, *line, difference, mesh_key);
    if (!decision) return decision;
  } else {
    if (context.person) fact.person_id = context.person->person_id;
    decision->record(fact);
  }
  decision->answer.ticket_id = message.ticket_id;
  decision->answer.ticket_type_id = message.ticket_type_id;
  decision->answer.refunded = refunded;
  return decision;
}

std::optional<ExchangeRow> find_exchange(const Rows& rows, const Id& order_id) {
  return rows.find<ExchangeRow>(order_id.view());
}

std::optional<Exchanged> paid_exchange(const Rows& rows, const Context& context, const Id& order_id,
                                       const OrderRow& order, const Id& payment_id) {
  const auto exchange = find_exchange(rows, order_id);
  CHECK_INVARIANT(exchange);
  const auto ticket = rows.find<TicketRow>(exchange->ticket_id.view());
  CHECK_INVARIANT(ticket);
  const bool is_as_it_was =
      ticket->state == TicketState::valid && ticket->generation == exchange->generation;
  if (!is_as_it_was) return std::nullopt;
  const auto own_order = rows.find<OrderRow>(exchange->order_id.view());
  auto standing = find_standing(rows, exchange->order_id, *own_order);
  standing.paid += order.total.amount;
  auto fact = exchanged_fact(rows, context, *ticket, exchange->ticket_id, standing, exchange->line);
  fact.paid = order.total.amount;
  fact.paid_order_id = order_id;
  fact.payment_id = payment_id;
  return fact;
}

void apply(Rows& rows, const ExchangeHeld& fact) {
  const auto ticket = rows.find<TicketRow>(fact.ticket_id.view());
  CHECK_INVARIANT(ticket);
  rows.save(fact.order_id.view(),
            ExchangeRow{fact.exchanged_order_id, fact.ticket_id, ticket->generation, fact.line});
}

void apply(Rows& rows, const Exchanged& fact) {
  auto ticket = rows.find<TicketRow>(fact.ticket_id.view());
  auto order = rows.find<OrderRow>(fact.order_id.view());
  CHECK_INVARIANT(ticket && order);
  auto standing = find_standing(rows, fact.order_id, *order);
  standing.tickets = without(standing, {fact.ticket_id});
  standing.tickets.push_back({fact.ticket_id, fact.ticket_type_id, fact.lines.back().unit_price});
  return_promo(rows, standing.promo);
  take_promo(rows, fact.promo);
  standing.lines = fact.lines;
  standing.promo = fact.promo;
  standing.paid += fact.paid;
  standing.refunded += fact.amount.amount;
  CHECK_INVARIANT(standing.refunded + standing.kept <= standing.paid);
  rows.save(fact.order_id.view(), standing);

  take_back(rows, {{ticket->ticket_type_id, 1}});
  sell(rows, {{fact.ticket_type_id, 1}}, fact.paid_order_id.has_value());
  if (fact.paid_order_id) end_paid_order(rows, fact);
  ticket->ticket_type_id = fact.ticket_type_id;
  ++ticket->generation;
  ticket->code_hash.reset();
  rows.save(fact.ticket_id.view(), *ticket);
  order->lines = fact.lines;
  order->total.amount = total_of(fact.lines);
  order->promo = fact.promo;
  rows.save(fact.order_id.view(), *order);
}

}  // namespace bilten::ticket
