#include "daemons/ticket/refunds.h"

#include <algorithm>

#include "daemons/ticket/dates.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/payments.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/repricing.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/standing.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Refunded;
using api::ticket::RefundFees;
using api::ticket::RefundOrder;
using api::ticket::RefundView;

namespace {

// An order with what stands of it, for who may give it back.
struct OwnOrder {
  OrderRow order;
  EventRow event;
  StandingRow standing;
  bool by_manager = false;
};

Error already_refunded() {
  return {Code::conflict, "already_refunded", "This was refunded before; see the order's refunds."};
}

Status check_paid(const OrderRow& order) {
  switch (order.state) {
    case OrderState::paid:
    case OrderState::partially_refunded:
      if (!order.ticket_ids.empty()) return Done{};
      return Error{Code::conflict, "exchange_order",
                   "The order paid for an exchange; refund the order that its ticket is of."};
    case OrderState::refunded: return already_refunded();
    case OrderState::held:
    case OrderState::expired:
    case OrderState::cancelled: break;
  }
  return Error{Code::conflict, "not_paid", "The order is not paid; a held one can be cancelled."};
}

Result<OwnOrder> find_own_order(const Rows& rows, const Context& context,
                                const RefundOrder& message, std::string_view mesh_key) {
  const auto& order_id = message.order_id;
  auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return unknown_order(nullptr);
  const auto access =
      order_access(rows, context.person, mesh_key, order_id, *order, message.secret);
  if (access == OrderAccess::none) return unknown_order(context.person);
  if (access != OrderAccess::all) return manager_needed();
  if (const auto fit = check_paid(*order); !fit) return fit.error();
  auto event = event_of(rows, *order);
  const auto role = context.person ? role_of(rows, event.organization_id, context.person->person_id)
                                   : std::nullopt;
  auto standing = find_standing(rows, order_id, *order);
  return OwnOrder{std::move(*order), std::move(event), std::move(standing),
                  role && *role >= Role::manager};
}

Status check_parts(const RefundOrder& message) {
  Faults faults;
  const Path root;
  if (message.ticket_ids && message.amount) {
    faults.add(Path{&root, "amount"}, "stands beside ticket_ids; give one of the two");
  }
  if (message.ticket_ids) {
    auto ids = *message.ticket_ids;
    std::sort(ids.begin(), ids.end());
    if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) {
      faults.add(Path{&root, "ticket_ids"}, "names a ticket twice");
    }
  }
  if (!faults.list.empty()) return invalid(std::move(faults));
  return Done{};
}

// A refusal about one ticket, which it names.
Error about_ticket(Code code, std::string reason, std::string detail, const Id& ticket_id) {
  Error error{code, std::move(reason), std::move(detail)};
  error.extra = Packer().map(1).text("ticket_id").text(ticket_id.text()).take();
  return error;
}

Status check_tickets(const Rows& rows, const OwnOrder& own, const Id& order_id,
                     const std::vector<Id>& ticket_ids) {
  for (const auto& id : ticket_ids) {
    const auto ticket = rows.find<TicketRow>(id.view());
    if (!ticket || ticket->order_id != order_id) {
      return about_ticket(Code::not_found, "unknown_ticket", "The order has no such ticket.", id);
    }
    const auto& standing = own.standing.tickets;
    const bool stands = std::any_of(standing.begin(), standing.end(),
                                    [&](const auto& each) { return each.ticket_id == id; });
    if (!stands) return already_refunded();
  }
  return Done{};
}

// What a buyer may give back without asking anybody.
Status check_policy(const Rows& rows, const OwnOrder& own, const RefundOrder& message,
                    const std::vector<Id>& ticket_ids, UnixMillis now) {
  if (own.by_manager) return Done{};
  if (message.amount || !message.restock) return manager_needed();
  for (const auto& id : ticket_ids) {
    const auto ticket = rows.find<TicketRow>(id.view());
    const auto schedule = schedule_of_type(rows, own.event, ticket->ticket_type_id);
    if (schedule.is_cancelled) continue;  // It does not take place.
    if (now >= schedule.starts_at.ms) {
      return rests_on("event", {Code::conflict, "refund_closed",
                                "It has begun; only the organiser refunds now."});
    }
    if (ticket->state == TicketState::used) {
      return about_ticket(Code::conflict, "ticket_used",
                          "The ticket was used; only the organiser refunds it.", id);
    }
    if (find_holder(rows, id)) {
      return about_ticket(Code::conflict, "ticket_transferred",
                          "The ticket was given away; only the organiser refunds it.", id);
    }
    const auto type = rows.find<TypeRow>(ticket->ticket_type_id.view());
    CHECK_INVARIANT(type);
    if (!type->terms.refundable) {
      return about_ticket(Code::conflict, "not_refundable",
                          "Tickets of this type are not refundable; ask the organiser.", id);
    }
  }
  return Done{};
}

Status check_amount(const OwnOrder& own, int64_t amount) {
  const auto most = left_over(own.standing, 0);
  if (amount <= most) return Done{};
  Error error{Code::unprocessable, "amount_too_large",
              "At most " + to_text({most, own.order.total.currency}) + " can be given back."};
  error.extra = Packer().map(1).text("refundable").integer(most).take();
  return error;
}

Status check_count(const Rows& rows, const Id& order_id) {
  size_t count = 0;
  rows.scan<RefundRow>(order_id.view(), {}, kRefundsPerOrderMax,
                       [&](std::string_view, const RefundRow&) { return ++count > 0; });
  if (count < kRefundsPerOrderMax) return Done{};
  return Error{Code::conflict, "too_many_refunds",
               "An order may have " + std::to_string(kRefundsPerOrderMax) +
                   " refunds; refund the rest of it whole."};
}

Refunded blank_fact(const Context& context, const Id& order_id, const OrderRow& order,
                    const EventRow& event, const StandingRow& standing) {
  Refunded fact{.organization_id = event.organization_id,
                .event_id = order.event_id,
                .order_id = order_id,
                .refund_id = context.fresh_id(),
                .ticket_ids = {},
                .amount = {0, order.total.currency},
                .kept = 0,
                .lines = standing.lines,
                .promo = standing.promo,
                .person_id = {},
                .at = {context.now}};
  if (context.person) fact.person_id = context.person->person_id;
  return fact;
}

// Takes these tickets out of what stands, and tells what their going gives back.
void take_tickets_out(const Rows& rows, const StandingRow& standing, std::vector<Id> ticket_ids,
                      RefundFees fees, Refunded& fact) {
  auto rest = price_tickets(rows, standing, without(standing, ticket_ids));
  const auto left = left_over(standing, total_of(rest.lines));
  if (fees == RefundFees::kept) {
    const auto fee = std::max<int64_t>(0, fees_of(standing.lines) - fees_of(rest.lines));
    fact.kept = std::min(left, fee);
  }
  fact.amount.amount = left - fact.kept;
  fact.ticket_ids = std::move(ticket_ids);
  fact.lines = std::move(rest.lines);
  fact.promo = rest.promo;
}

OrderState state_after(const Refunded& fact) {
  return fact.lines.empty() ? OrderState::refunded : OrderState::partially_refunded;
}

RefundView view_of(const Refunded& fact, const StandingRow& before) {
  RefundView view{.id = fact.refund_id, .order_id = fact.order_id};
  view.ticket_ids = fact.ticket_ids;
  view.amount = fact.amount;
  view.reason = fact.reason;
  view.at = fact.at;
  view.order_state = state_after(fact);
  view.refundable = {left_over(before, fact.amount.amount + fact.kept), fact.amount.currency};
  return view;
}

// The places of tickets that are void now.
std::vector<Line> void_tickets(Rows& rows, const std::vector<Id>& ticket_ids) {
  std::vector<Line> places;
  for (const auto& id : ticket_ids) {
    auto ticket = rows.find<TicketRow>(id.view());
    CHECK_INVARIANT(ticket && ticket->state != TicketState::refunded);
    ticket->state = TicketState::refunded;
    rows.save(id.view(), *ticket);
    places.push_back({ticket->ticket_type_id, 1});
  }
  return places;
}

}  // namespace

Decided<RefundView> decide_refund(const Rows& rows, const Context& context,
                                  const RefundOrder& message, std::string_view mesh_key) {
  const auto own = find_own_order(rows, context, message, mesh_key);
  if (!own) return own.error();
  if (const auto fit = check_parts(message); !fit) return fit.error();
  if (is_disputed(rows, message.order_id)) {
    return Error{Code::conflict, "disputed",
                 "The order's payment is disputed; wait until that is decided."};
  }
  std::vector<Id> ticket_ids;
  if (!message.amount) ticket_ids = message.ticket_ids.value_or(ids_of(own->standing.tickets));
  const auto& order_id = message.order_id;
  if (const auto fit = check_tickets(rows, *own, order_id, ticket_ids); !fit) return fit.error();
  const bool ends_it = ticket_ids.size() == own->standing.tickets.size();
  if (const auto fit = check_count(rows, order_id); !fit && !ends_it) return fit.error();
  if (message.amount) {
    if (const auto fit = check_amount(*own, *message.amount); !fit) return fit.error();
  }
  if (const auto fit = check_policy(rows, *own, message, ticket_ids, context.now); !fit) {
    return fit.error();
  }
  auto fact = blank_fact(context, order_id, own->order, own->event, own->standing);
  fact.reason = message.reason;
  fact.restock = message.restock;
  if (message.amount) {
    fact.amount.amount = *message.amount;
  } else {
    take_tickets_out(rows, own->standing, std::move(ticket_ids), message.fees, fact);
  }
  Decision<RefundView> decision;
  decision.record(fact);
  decision.answer = view_of(fact, own->standing);
  return decision;
}

Refunded refund_tickets(const Rows& rows, const Context& context, const PaidOrder& paid,
                        std::vector<Id> ticket_ids) {
  auto fact =
      blank_fact(context, paid.order_id, paid.order, event_of(rows, paid.order), paid.standing);
  take_tickets_out(rows, paid.standing, std::move(ticket_ids), paid.fees, fact);
  return fact;
}

void refund_unasked(const Rows& rows, const Context& context, const Unasked& unasked,
                    Effects& effects) {
  const auto& order = unasked.order;
  const auto standing = find_standing(rows, unasked.order_id, order);
  if (standing.tickets.empty()) return;
  auto fact = blank_fact(context, unasked.order_id, order, event_of(rows, order), standing);
  fact.reason = unasked.reason;
  fact.returned = true;
  const auto left = left_over(standing, 0);
  if (unasked.amount < left) {
    fact.amount.amount = unasked.amount;
  } else {
    take_tickets_out(rows, standing, ids_of(standing.tickets), RefundFees::returned, fact);
  }
  effects.record(fact);
}

std::vector<RefundView> refunds_of(const Rows& rows, const Id& order_id, const OrderRow& order) {
  const auto standing = find_standing(rows, order_id, order);
  std::vector<RefundView> views;
  rows.scan<RefundRow>(order_id.view(), {}, kRefundsPerOrderMax + 1,
                       [&](std::string_view key, const RefundRow& row) {
                         RefundView view{.id = *Id::from_bytes(key.substr(16)),
                                         .order_id = order_id};
                         view.ticket_ids = row.ticket_ids;
                         view.amount = row.amount;
                         view.reason = row.reason;
                         view.at = row.at;
                         view.order_state = order.state;
                         view.refundable = {left_over(standing, 0), row.amount.currency};
                         views.push_back(std::move(view));
                         return true;
                       });
  return views;
}

void apply(Rows& rows, const Refunded& fact) {
  auto order = rows.find<OrderRow>(fact.order_id.view());
  CHECK_INVARIANT(order && !order->ticket_ids.empty());
  auto standing = find_standing(rows, fact.order_id, *order);
  standing.tickets = without(standing, fact.ticket_ids);
  const auto places = void_tickets(rows, fact.ticket_ids);
  if (fact.restock) take_back(rows, places);
  return_promo(rows, standing.promo);
  take_promo(rows, fact.promo);
  standing.lines = fact.lines;
  standing.promo = fact.promo;
  standing.refunded += fact.amount.amount;
  standing.kept += fact.kept;
  CHECK_INVARIANT(standing.refunded + standing.kept <= standing.paid);
  CHECK_INVARIANT(standing.lines.empty() == standing.tickets.empty());
  rows.save(fact.order_id.view(), standing);
  order->state = state_after(fact);
  rows.save(fact.order_id.view(), *order);
  rows.save(key_of(fact.order_id, fact.refund_id),
            RefundRow{fact.ticket_ids, fact.amount, fact.reason, fact.at});
}

}  // namespace bilten::ticket
