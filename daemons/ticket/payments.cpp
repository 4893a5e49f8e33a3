#include "daemons/ticket/payments.h"

#include <algorithm>

#include "daemons/ticket/dates.h"
#include "daemons/ticket/exchanges.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/payment_rows.h"
#include "daemons/ticket/refunds.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/standing.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Blocked;
using api::ticket::Cancelled;
using api::ticket::ConfirmOrder;
using api::ticket::Expired;
using api::ticket::OrderView;
using api::ticket::PaidTooLate;
using api::ticket::Unblocked;

namespace {

// Whether money that has just come can still make the order whole. A lapsed hold has its places
// until its timer takes them; an expired one must find them anew.
bool can_be_seated(const Rows& rows, const OrderRow& order, const Schedule& schedule,
                   UnixMillis now) {
  if (schedule.is_cancelled) return false;
  if (order.state == OrderState::held && !is_lapsed(order, now)) return true;
  if (now >= schedule.ends_at.ms) return false;
  if (order.state == OrderState::held) return true;
  return order.state == OrderState::expired && !find_shortage(rows, order.lines);
}

struct Payment {
  const Id& order_id;
  const Id& payment_id;
  bool is_whole = true;  // It is the order's total.
};

bool is_known(const Rows& rows, const Payment& payment, const OrderRow& order) {
  return order.payment_id == payment.payment_id ||
         rows.has(LatePayment::table, key_of(payment.order_id, payment.payment_id));
}

PaidTooLate late_fact(const EventRow& event, const Payment& payment, const OrderRow& order,
                      UnixMillis now) {
  return {.organization_id = event.organization_id,
          .event_id = order.event_id,
          .order_id = payment.order_id,
          .payment_id = payment.payment_id,
          .at = {now}};
}

// The same where the order holds the difference of an exchange: it is made while it is held, or not
// at all.
void take_difference(const Rows& rows, const Context& context, const Payment& payment,
                     OrderRow& order, Effects& effects) {
  const auto event = event_of(rows, order);
  const bool in_time = order.state == OrderState::held && !is_lapsed(order, context.now) &&
                       !schedule_of_lines(rows, event, order.lines).is_cancelled;
  const auto exchanged =
      in_time && payment.is_whole
          ? paid_exchange(rows, context, payment.order_id, order, payment.payment_id)
          : std::nullopt;
  if (!exchanged) {
    effects.record(late_fact(event, payment, order, context.now));
    return;
  }
  effects.record(*exchanged);
  order.state = OrderState::paid;
}

// The effect of a payment; none of one that was seen before. A hold that is over is announced as
// over first, so that its places return, and may be taken anew, exactly once.
void take_payment(const Rows& rows, const Context& context, const Payment& payment, OrderRow& order,
                  Effects& effects) {
  if (is_known(rows, payment, order)) return;
  const auto event = event_of(rows, order);
  const auto now = context.now;
  if (find_exchange(rows, payment.order_id)) {
    return take_difference(rows, context, payment, order, effects);
  }
  const auto schedule = schedule_of_lines(rows, event, order.lines);
  const bool seated = payment.is_whole && can_be_seated(rows, order, schedule, now);
  if (is_lapsed(order, now)) {
    effects.record(ended_fact<Expired>(event, payment.order_id, order, now));
    order.state = OrderState::expired;
  }
  if (seated) {
    order.payment_id = payment.payment_id;
    make_paid(order, context);
    effects.record(sold_fact(event.organization_id, payment.order_id, order, now));
    return;
  }
  if (order.state == OrderState::held && schedule.is_cancelled) {
    effects.record(ended_fact<Cancelled>(event, payment.order_id, order, now));
    order.state = OrderState::cancelled;
  }
  effects.record(late_fact(event, payment, order, now));
}

struct Paid {
  Id order_id;
  OrderRow order;
};

// The order that this payment paid, or whose ticket it exchanged; nothing: it paid none, or one
// that is not ours.
std::optional<Paid> find_paid(const Rows& rows, const api::payment::Moved& fact) {
  auto order = rows.find<OrderRow>(fact.order_id.view());
  if (!order || order->payment_id != fact.payment_id) return std::nullopt;
  if (!order->ticket_ids.empty()) return Paid{fact.order_id, std::move(*order)};
  const auto exchange = find_exchange(rows, fact.order_id);
  CHECK_INVARIANT(exchange);
  return Paid{exchange->order_id, *rows.find<OrderRow>(exchange->order_id.view())};
}

template <class Fact>
Fact tickets_fact(const Rows& rows, const Context& context, const Paid& paid) {
  Fact fact;
  fact.organization_id = event_of(rows, paid.order).organization_id;
  fact.event_id = paid.order.event_id;
  fact.order_id = paid.order_id;
  fact.ticket_ids = ids_of(find_standing(rows, paid.order_id, paid.order).tickets);
  fact.at = {context.now};
  return fact;
}

void set_state(Rows& rows, const Id& ticket_id, TicketState state) {
  auto ticket = rows.find<TicketRow>(ticket_id.view());
  CHECK_INVARIANT(ticket);
  ticket->state = state;
  rows.save(ticket_id.view(), *ticket);
}

}  // namespace

Decided<OrderView> decide_confirm_order(const Rows& rows, const Context& context,
                                        const ConfirmOrder& message) {
  const auto& order_id = message.order_id;
  auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return unknown_order(nullptr);
  Decision<OrderView> decision;
  take_payment(rows, context, {order_id, message.payment_id}, *order, decision);
  decision.answer = view_of_order(order_id, *order, context.now);
  return decision;
}

Effects decide_captured(const Rows& rows, const Context& context,
                        const api::payment::Captured& fact) {
  Effects effects;
  auto order = rows.find<OrderRow>(fact.order_id.view());
  if (!order) return effects;
  const Payment payment{fact.order_id, fact.payment_id, fact.amount == order->total};
  take_payment(rows, context, payment, *order, effects);
  return effects;
}

Effects decide_payment_refunded(const Rows& rows, const Context& context,
                                const api::payment::Refunded& fact) {
  Effects effects;
  if (fact.refund_id) return effects;  // It was refunded here before.
  if (const auto paid = find_paid(rows, fact)) {
    refund_unasked(
        rows, context,
        {paid->order_id, paid->order, RefundReason::payment_refunded, fact.amount.amount}, effects);
  }
  return effects;
}

Effects decide_disputed(const Rows& rows, const Context& context,
                        const api::payment::Disputed& fact) {
  Effects effects;
  if (fact.amount.amount == 0) return effects;  // All of it went back before.
  const auto paid = find_paid(rows, fact);
  if (!paid || is_disputed(rows, paid->order_id)) return effects;
  return effects.record(tickets_fact<Blocked>(rows, context, *paid));
}

Effects decide_dispute_closed(const Rows& rows, const Context& context,
                              const api::payment::DisputeClosed& fact) {
  Effects effects;
  const auto paid = find_paid(rows, fact);
  if (!paid) return effects;
  if (is_disputed(rows, paid->order_id)) {
    effects.record(tickets_fact<Unblocked>(rows, context, *paid));
  }
  if (!fact.won && fact.amount.amount > 0) {
    refund_unasked(rows, context,
                   {paid->order_id, paid->order, RefundReason::dispute_lost, fact.amount.amount},
                   effects);
  }
  return effects;
}

bool is_disputed(const Rows& rows, const Id& order_id) {
  return rows.has(DisputeRow::table, order_id.view());
}

void apply(Rows& rows, const PaidTooLate& fact) {
  rows.save(key_of(fact.order_id, fact.payment_id), LatePayment{});
}

void apply(Rows& rows, const Blocked& fact) {
  DisputeRow dispute;
  for (const auto& id : fact.ticket_ids) {
    if (rows.find<TicketRow>(id.view())->state == TicketState::used) dispute.used.push_back(id);
    set_state(rows, id, TicketState::blocked);
  }
  rows.save(fact.order_id.view(), dispute);
}

void apply(Rows& rows, const Unblocked& fact) {
  const auto dispute = rows.find<DisputeRow>(fact.order_id.view());
  CHECK_INVARIANT(dispute);
  for (const auto& id : fact.ticket_ids) {
    const bool was_used =
        std::find(dispute->used.begin(), dispute->used.end(), id) != dispute->used.end();
    set_state(rows, id, was_used ? TicketState::used : TicketState::valid);
  }
  rows.erase<DisputeRow>(fact.order_id.view());
}

}  // namespace bilten::ticket
