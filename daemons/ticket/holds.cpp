// Held orders: changed, extended, given up, expired.
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/exchanges.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Cancelled;
using api::ticket::CancelOrder;
using api::ticket::ChangeOrder;
using api::ticket::Expired;
using api::ticket::ExtendHold;
using api::ticket::HoldExtended;
using api::ticket::OrderChanged;
using api::ticket::OrderView;

namespace {

void end_hold(Rows& rows, const Id& order_id, OrderState state) {
  auto order = rows.find<OrderRow>(order_id.view());
  CHECK_INVARIANT(order && order->state == OrderState::held);
  release(rows, order->lines);
  return_promo(rows, order->promo);
  order->state = state;
  rows.save(order_id.view(), *order);
  rows.clear_timer(kHoldTimer, order_id.view());
}

// The held order for who may change it.
Result<OrderRow> find_held(const Rows& rows, const Context& context, std::string_view mesh_key,
                           const Id& order_id, const std::optional<std::string>& shown_secret) {
  auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return unknown_order(nullptr);
  const auto access = order_access(rows, context.person, mesh_key, order_id, *order, shown_secret);
  if (access == OrderAccess::none) return unknown_order(context.person);
  if (access != OrderAccess::all) return manager_needed();
  if (order->state == OrderState::expired || is_lapsed(*order, context.now)) {
    return Error{Code::gone, "hold_expired", "The order has expired; its places are free again."};
  }
  return std::move(*order);
}

Error already_paid() {
  return {Code::conflict, "already_paid", "The order is paid; ask for a refund instead."};
}

// A cancelled order has no time left to change it in.
Status check_held(const OrderRow& order) {
  if (order.state == OrderState::held) return Done{};
  if (order.state != OrderState::cancelled) return already_paid();
  return Error{Code::gone, "hold_expired", "The order was given up; its places are free again."};
}

}  // namespace

Decided<OrderView> decide_change_order(const Rows& rows, const Context& context,
                                       const ChangeOrder& message, std::string_view mesh_key) {
  const auto& order_id = message.order_id;
  auto order = find_held(rows, context, mesh_key, order_id, message.secret);
  if (!order) return order.error();
  if (const auto fit = check_held(*order); !fit) return fit.error();
  if (find_exchange(rows, order_id)) {
    return Error{Code::conflict, "exchange_order",
                 "The order holds the difference of an exchange; cancel it to change your mind."};
  }
  const auto event = event_of(rows, *order);
  if (const auto fit = check_on_sale(event, context.now); !fit) return fit.error();
  const Wish wish{.event_id = order->event_id,
                  .event = event,
                  .basket = message,
                  .buyer = order->buyer.data,
                  .changed_id = &order_id,
                  .changed = &*order};
  auto basket = fill_basket(rows, wish, context.now);
  if (!basket) return basket.error();
  if (basket->total.amount == 0) {
    return Error{Code::conflict, "becomes_free",
                 "A held order cannot become free; give it up, and order what is free."};
  }
  const auto people = check_people(rows, order->event_id, event, message);
  if (!people) return people.error();
  Decision<OrderView> decision;
  forget_people(context.vault, order_id, *order, decision);
  keep_people(order_id, *people, decision);
  decision.record(OrderChanged{.organization_id = event.organization_id,
                               .event_id = order->event_id,
                               .order_id = order_id,
                               .lines = basket->lines,
                               .total = basket->total,
                               .promo = basket->promo,
                               .at = {context.now}});
  order->lines = std::move(basket->lines);
  order->total = std::move(basket->total);
  decision.answer = view_of_order(order_id, *order, context.now);
  return decision;
}

Decided<OrderView> decide_extend_hold(const Rows& rows, const Context& context,
                                      const ExtendHold& message, std::string_view mesh_key) {
  const auto& order_id = message.order_id;
  auto order = find_held(rows, context, mesh_key, order_id, message.secret);
  if (!order) return order.error();
  if (const auto fit = check_held(*order); !fit) return fit.error();
  if (order->extended) {
    return Error{Code::conflict, "already_extended", "An order's time is extended once."};
  }
  const auto event = event_of(rows, *order);
  order->expires_at = Instant{context.now + UnixMillis{event.terms.hold_minutes} * 60'000};
  Decision<OrderView> decision;
  decision.record(HoldExtended{.organization_id = event.organization_id,
                               .event_id = order->event_id,
                               .order_id = order_id,
                               .at = {context.now},
                               .expires_at = *order->expires_at});
  decision.answer = view_of_order(order_id, *order, context.now);
  return decision;
}

Decided<OrderView> decide_cancel_order(const Rows& rows, const Context& context,
                                       const CancelOrder& message, std::string_view mesh_key) {
  auto order = find_held(rows, context, mesh_key, message.order_id, message.secret);
  if (!order) return order.error();
  Decision<OrderView> decision;
  if (order->state == OrderState::held) {
    decision.record(
        ended_fact<Cancelled>(event_of(rows, *order), message.order_id, *order, context.now));
    order->state = OrderState::cancelled;
  } else if (order->state != OrderState::cancelled) {
    return already_paid();
  }
  decision.answer = view_of_order(message.order_id, *order, context.now);
  return decision;
}

Effects decide_hold_ended(const Rows& rows, const Context& context, std::string_view key) {
  const auto order_id = Id::from_bytes(key);
  CHECK_INVARIANT(order_id);
  // Whatever ends a hold clears its timer.
  const auto order = rows.find<OrderRow>(key);
  CHECK_INVARIANT(order && order->state == OrderState::held);
  Effects effects;
  effects.record(ended_fact<Expired>(event_of(rows, *order), *order_id, *order, context.now));
  return effects;
}

void apply(Rows& rows, const OrderChanged& fact) {
  auto order = rows.find<OrderRow>(fact.order_id.view());
  CHECK_INVARIANT(order && order->state == OrderState::held);
  release(rows, order->lines);
  return_promo(rows, order->promo);
  hold(rows, fact.lines);
  take_promo(rows, fact.promo);
  order->lines = fact.lines;
  order->total = fact.total;
  order->promo = fact.promo;
  rows.save(fact.order_id.view(), *order);
}

void apply(Rows& rows, const HoldExtended& fact) {
  auto order = rows.find<OrderRow>(fact.order_id.view());
  CHECK_INVARIANT(order && order->state == OrderState::held);
  order->extended = true;
  order->expires_at = fact.expires_at;
  rows.save(fact.order_id.view(), *order);
  rows.set_timer(kHoldTimer, fact.order_id.view(), fact.expires_at.ms);
}

void apply(Rows& rows, const Expired& fact) {
  end_hold(rows, fact.order_id, OrderState::expired);
}

void apply(Rows& rows, const Cancelled& fact) {
  end_hold(rows, fact.order_id, OrderState::cancelled);
}

}  // namespace bilten::ticket
