// Orders: held, paid, expired, cancelled; their tickets; money that comes late.
#include "daemons/ticket/basket.h"
#include "daemons/ticket/core.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Cancelled;
using api::ticket::CancelOrder;
using api::ticket::ConfirmOrder;
using api::ticket::Expired;
using api::ticket::Held;
using api::ticket::Order;
using api::ticket::OrderView;
using api::ticket::PaidTooLate;
using api::ticket::Sold;

namespace {

// Ten characters of thirty that nobody mistakes for one another: 49 bits. Two orders of one event
// of 100,000 share a code with a chance of 1 in 100,000; it is for people to read out, never a key.
constexpr std::string_view kCodeLetters = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kCodeLength = 10;
constexpr uint64_t kCodes = 590'490'000'000'000;  // 30^10

std::string fresh_code(Random& random) {
  auto number = random.below(kCodes);
  std::string code;
  for (int i = 0; i < kCodeLength; ++i) {
    code += kCodeLetters[number % kCodeLetters.size()];
    number /= kCodeLetters.size();
  }
  return code;
}

Result<EventRow> find_event_on_sale(const Rows& rows, const Context& context, const Id& event_id) {
  auto event = find_event(rows, context.person, event_id);
  if (!event) return event;
  if (event->terms.state != api::event::State::published ||
      context.now >= event->terms.ends_at.ms) {
    return rests_on("event", {Code::conflict, "not_on_sale",
                              "The event is not on sale: it is not published, or it is over."});
  }
  return event;
}

Held held_fact(const Id& organization_id, const Id& order_id, const OrderRow& order) {
  return {.organization_id = organization_id,
          .event_id = order.event_id,
          .order_id = order_id,
          .code = order.code,
          .person_id = order.person_id,
          .lines = order.lines,
          .total = order.total,
          .at = order.created_at,
          .expires_at = *order.expires_at};
}

Sold sold_fact(const Id& organization_id, const Id& order_id, const OrderRow& order,
               UnixMillis now) {
  return {.organization_id = organization_id,
          .event_id = order.event_id,
          .order_id = order_id,
          .code = order.code,
          .person_id = order.person_id,
          .lines = order.lines,
          .total = order.total,
          .ticket_ids = order.ticket_ids,
          .payment_id = order.payment_id,
          .at = {now}};
}

template <class Fact>
Fact ended_fact(const EventRow& event, const Id& order_id, const OrderRow& order, UnixMillis now) {
  return {.organization_id = event.organization_id,
          .event_id = order.event_id,
          .order_id = order_id,
          .at = {now}};
}

void make_paid(OrderRow& order, const Context& context) {
  order.state = OrderState::paid;
  const auto count = static_cast<size_t>(count_tickets(order.lines));
  order.ticket_ids.reserve(count);
  for (size_t i = 0; i < count; ++i) order.ticket_ids.push_back(context.fresh_id());
}

EventRow event_of(const Rows& rows, const OrderRow& order) {
  auto event = rows.find<EventRow>(order.event_id.view());
  CHECK_INVARIANT(event);
  return std::move(*event);
}

bool is_lapsed(const OrderRow& order, UnixMillis now) {
  return order.state == OrderState::held && now >= order.expires_at->ms;
}

// Whether money that has just come can still make the order whole. A lapsed hold has its places
// until its timer takes them; an expired one must find them anew.
bool can_be_seated(const Rows& rows, const OrderRow& order, const EventRow& event, UnixMillis now) {
  if (event.terms.state == api::event::State::cancelled) return false;
  if (order.state == OrderState::held && !is_lapsed(order, now)) return true;
  if (now >= event.terms.ends_at.ms) return false;
  if (order.state == OrderState::held) return true;
  return order.state == OrderState::expired && !find_shortage(rows, order.lines);
}

// The effect of a payment that was not seen before. A hold that is over is announced as over first,
// so that its places return, and may be taken anew, exactly once.
void take_payment(const Rows& rows, const Context& context, const ConfirmOrder& message,
                  OrderRow& order, Effects& effects) {
  const auto event = event_of(rows, order);
  const auto now = context.now;
  const bool seated = can_be_seated(rows, order, event, now);
  if (is_lapsed(order, now)) {
    effects.record(ended_fact<Expired>(event, message.order_id, order, now));
    order.state = OrderState::expired;
  }
  if (seated) {
    order.payment_id = message.payment_id;
    make_paid(order, context);
    effects.record(sold_fact(event.organization_id, message.order_id, order, now));
    return;
  }
  if (order.state == OrderState::held) {  // Its event was cancelled meanwhile.
    effects.record(ended_fact<Cancelled>(event, message.order_id, order, now));
    order.state = OrderState::cancelled;
  }
  effects.record(PaidTooLate{.organization_id = event.organization_id,
                             .event_id = order.event_id,
                             .order_id = message.order_id,
                             .payment_id = message.payment_id,
                             .at = {now}});
}

void note_person(Rows& rows, const std::optional<Id>& person_id, const Id& order_id) {
  if (person_id) rows.save(key_of(*person_id, newest_first(order_id)), OrderOfPerson{});
}

void issue_tickets(Rows& rows, const Sold& fact) {
  auto id = fact.ticket_ids.begin();
  for (const auto& line : fact.lines) {
    for (int64_t i = 0; i < line.quantity; ++i, ++id) {
      CHECK_INVARIANT(id != fact.ticket_ids.end());
      rows.save(id->view(), TicketRow{.order_id = fact.order_id,
                                      .event_id = fact.event_id,
                                      .ticket_type_id = line.ticket_type_id});
    }
  }
  CHECK_INVARIANT(id == fact.ticket_ids.end());
}

void end_hold(Rows& rows, const Id& order_id, OrderState state) {
  auto order = rows.find<OrderRow>(order_id.view());
  CHECK_INVARIANT(order && order->state == OrderState::held);
  release(rows, order->lines);
  order->state = state;
  rows.save(order_id.view(), *order);
  rows.clear_timer(kHoldTimer, order_id.view());
}

}  // namespace

Decided<OrderView> decide_order(const Rows& rows, const Context& context, const Order& message,
                                std::string_view secret) {
  const auto event = find_event_on_sale(rows, context, message.event_id);
  if (!event) return event.error();
  auto basket = fill_basket(rows, message, *event, context.now);
  if (!basket) return basket.error();

  const Id order_id = context.fresh_id();
  OrderRow order{.event_id = message.event_id, .code = fresh_code(context.random)};
  if (context.person) order.person_id = context.person->person_id;
  order.lines = std::move(basket->lines);
  order.total = std::move(basket->total);
  order.created_at = {context.now};

  Decision<OrderView> decision;
  if (order.total.amount == 0) {
    make_paid(order, context);
    decision.record(sold_fact(event->organization_id, order_id, order, context.now));
  } else {
    order.expires_at = Instant{context.now + UnixMillis{event->terms.hold_minutes} * 60'000};
    decision.record(held_fact(event->organization_id, order_id, order));
  }
  decision.keep(vault_key(order_id), encode(message.buyer));
  decision.answer = view_of_order(order_id, order, context.now);
  decision.answer.buyer = message.buyer;
  decision.answer.secret = order_secret(secret, order_id);
  return decision;
}

Decided<OrderView> decide_cancel_order(const Rows& rows, const Context& context,
                                       const CancelOrder& message, std::string_view secret) {
  auto order = rows.find<OrderRow>(message.order_id.view());
  if (!order) return unknown_order(nullptr);
  const auto access =
      order_access(rows, context.person, secret, message.order_id, *order, message.secret);
  if (access == OrderAccess::none) return unknown_order(context.person);
  if (access != OrderAccess::all) return manager_needed();
  if (order->state == OrderState::expired || is_lapsed(*order, context.now)) {
    return Error{Code::gone, "hold_expired", "The order has expired; its places are free again."};
  }
  Decision<OrderView> decision;
  if (order->state == OrderState::held) {
    decision.record(
        ended_fact<Cancelled>(event_of(rows, *order), message.order_id, *order, context.now));
    order->state = OrderState::cancelled;
  } else if (order->state != OrderState::cancelled) {
    return Error{Code::conflict, "already_paid", "The order is paid; ask for a refund instead."};
  }
  decision.answer = view_of_order(message.order_id, *order, context.now);
  return decision;
}

Decided<OrderView> decide_confirm_order(const Rows& rows, const Context& context,
                                        const ConfirmOrder& message) {
  const auto& order_id = message.order_id;
  auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return unknown_order(nullptr);
  Decision<OrderView> decision;
  const bool is_known = order->payment_id == message.payment_id ||
                        rows.has(LatePayment::table, key_of(order_id, message.payment_id));
  if (!is_known) take_payment(rows, context, message, *order, decision);
  decision.answer = view_of_order(order_id, *order, context.now);
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

OrderView view_of_order(const Id& order_id, const OrderRow& order, UnixMillis now) {
  OrderView view{.id = order_id, .event_id = order.event_id, .code = order.code};
  view.state = is_lapsed(order, now) ? OrderState::expired : order.state;
  view.items.reserve(order.lines.size());
  for (const auto& line : order.lines) {
    view.items.push_back(
        {line.ticket_type_id, line.quantity, {line.unit_price, order.total.currency}});
  }
  view.total = order.total;
  view.created_at = order.created_at;
  if (view.state == OrderState::held) view.expires_at = order.expires_at;
  view.ticket_ids = order.ticket_ids;
  return view;
}

void apply(Rows& rows, const Held& fact) {
  hold(rows, fact.lines);
  rows.save(fact.order_id.view(), OrderRow{.event_id = fact.event_id,
                                           .code = fact.code,
                                           .person_id = fact.person_id,
                                           .state = OrderState::held,
                                           .lines = fact.lines,
                                           .total = fact.total,
                                           .created_at = fact.at,
                                           .expires_at = fact.expires_at,
                                           .ticket_ids = {},
                                           .payment_id = {}});
  rows.set_timer(kHoldTimer, fact.order_id.view(), fact.expires_at.ms);
  note_person(rows, fact.person_id, fact.order_id);
}

void apply(Rows& rows, const Sold& fact) {
  auto order = rows.find<OrderRow>(fact.order_id.view());
  const bool were_held = order && order->state == OrderState::held;
  sell(rows, fact.lines, were_held);
  if (were_held) rows.clear_timer(kHoldTimer, fact.order_id.view());
  if (!order) {
    order = OrderRow{.event_id = fact.event_id, .code = fact.code, .person_id = fact.person_id};
    order->lines = fact.lines;
    order->total = fact.total;
    order->created_at = fact.at;
    note_person(rows, fact.person_id, fact.order_id);
  }
  order->state = OrderState::paid;
  order->ticket_ids = fact.ticket_ids;
  order->payment_id = fact.payment_id;
  rows.save(fact.order_id.view(), *order);
  issue_tickets(rows, fact);
}

void apply(Rows& rows, const Expired& fact) {
  end_hold(rows, fact.order_id, OrderState::expired);
}

void apply(Rows& rows, const Cancelled& fact) {
  end_hold(rows, fact.order_id, OrderState::cancelled);
}

void apply(Rows& rows, const PaidTooLate& fact) {
  rows.save(key_of(fact.order_id, fact.payment_id), LatePayment{});
}

}  // namespace bilten::ticket
