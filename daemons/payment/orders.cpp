#include "daemons/payment/orders.h"

#include "daemons/payment/desk_sales.h"
#include "daemons/payment/flow_rows.h"

namespace bilten::payment {
namespace {

template <class Change>
void change_order(Rows& rows, const Id& order_id, Change change) {
  auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return;
  change(*order);
  rows.save(order_id.view(), *order);
}

void set_state(Rows& rows, const Id& order_id, OrderState state) {
  change_order(rows, order_id, [&](OrderRow& order) { order.state = state; });
}

}  // namespace

void apply(Rows& rows, const api::ticket::Held& fact) {
  rows.save(fact.order_id.view(), OrderRow{.organization_id = fact.organization_id,
                                           .event_id = fact.event_id,
                                           .code = fact.code,
                                           .person_id = fact.person_id,
                                           .total = fact.total,
                                           .expires_at = fact.expires_at});
}

void apply(Rows& rows, const api::ticket::OrderChanged& fact) {
  change_order(rows, fact.order_id, [&](OrderRow& order) { order.total = fact.total; });
}

void apply(Rows& rows, const api::ticket::HoldExtended& fact) {
  change_order(rows, fact.order_id, [&](OrderRow& order) { order.expires_at = fact.expires_at; });
}

void apply(Rows& rows, const api::ticket::Expired& fact) {
  set_state(rows, fact.order_id, OrderState::over);
}

void apply(Rows& rows, const api::ticket::Cancelled& fact) {
  set_state(rows, fact.order_id, OrderState::over);
}

void apply(Rows& rows, const api::ticket::Sold& fact) {
  if (!fact.payment_id && fact.total.amount > 0) note_unpaid_sale(rows, fact);
  set_state(rows, fact.order_id, OrderState::sold);
  if (fact.payment_id) rows.save(key_of(fact.order_id, *fact.payment_id), PaidBy{});
}

void apply(Rows& rows, const api::ticket::Exchanged& fact) {
  if (!fact.payment_id) return;
  rows.save(key_of(fact.order_id, *fact.payment_id), PaidBy{});
  set_state(rows, *fact.paid_order_id, OrderState::sold);
}

}  // namespace bilten::payment
