// The rules of orders: made and quoted in orders.cpp, held ones in holds.cpp.
#pragma once

#include "common/api/ticket_orders.h"
#include "common/service/handlers.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// unknown_event, not_on_sale; as find_pass of room.h; unknown_promo_code, promo_not_open,
// promo_over; then for each item, in turn: invalid (a type twice), unknown_ticket_type,
// sales_not_open, date_cancelled, sales_closed, under_minimum, over_limit; then over_limit for the
// whole,
// addon_alone, promo_not_applicable, promo_exhausted, over_limit and promo_exhausted for the buyer,
// total_too_large, sold_out; invalid (attendees and answers)
Decided<api::ticket::OrderView> decide_order(const Rows& rows, const Context& context,
                                             const api::ticket::Order& message,
                                             const OrderKeys& keys);
// As an order of the same basket, but for the buyer's limits.
Result<api::ticket::QuoteView> quote(const Reader& reader, const api::ticket::Quote& message);
// unknown_order, role_missing, hold_expired, already_paid, exchange_order; then as an order;
// becomes_free
Decided<api::ticket::OrderView> decide_change_order(const Rows& rows, const Context& context,
                                                    const api::ticket::ChangeOrder& message,
                                                    std::string_view mesh_key);
// unknown_order, role_missing, hold_expired, already_paid, already_extended
Decided<api::ticket::OrderView> decide_extend_hold(const Rows& rows, const Context& context,
                                                   const api::ticket::ExtendHold& message,
                                                   std::string_view mesh_key);
// unknown_order, role_missing, hold_expired, already_paid
Decided<api::ticket::OrderView> decide_cancel_order(const Rows& rows, const Context& context,
                                                    const api::ticket::CancelOrder& message,
                                                    std::string_view mesh_key);
// The timer "hold": its order passed its time unpaid.
Effects decide_hold_ended(const Rows& rows, const Context& context, std::string_view order_id);
// A hold past its time reads as expired, though its timer has not fired yet.
api::ticket::OrderView view_of_order(const Id& order_id, const OrderRow& order, UnixMillis now);

void apply(Rows& rows, const api::ticket::Held& fact);
void apply(Rows& rows, const api::ticket::OrderChanged& fact);
void apply(Rows& rows, const api::ticket::HoldExtended& fact);
void apply(Rows& rows, const api::ticket::Sold& fact);
void apply(Rows& rows, const api::ticket::Expired& fact);
void apply(Rows& rows, const api::ticket::Cancelled& fact);

// ---- what orders, holds and waiting lists share ----

// unknown_event, not_on_sale
Result<EventRow> find_event_on_sale(const Rows& rows, const Person* person, const Id& event_id,
                                    UnixMillis now);
// For people to read out, never a key.
std::string fresh_order_code(Random& random);
// Makes the order of the basket, paid at once if that is free, else held; records it, and answers
// it, without its buyer and its secret.
void place_order(const Context& context, const EventRow& event, const Id& order_id, OrderRow& order,
                 PricedBasket basket, Decision<api::ticket::OrderView>& decision);
// 16 bytes that know an address again, in whatever letters' case, and tell nothing about it.
Bytes buyer_hash(const std::string& mail_index, const std::string& email);

// not_on_sale
Status check_on_sale(const EventRow& event, UnixMillis now);
// not_on_sale: cancelled or over; staff sell and import before it is published as well.
Status check_not_over(const EventRow& event, UnixMillis now);
// The event of an order that stands.
EventRow event_of(const Rows& rows, const OrderRow& order);
// A hold past its time, though its timer has not fired yet.
bool is_lapsed(const OrderRow& order, UnixMillis now);
// Makes the order paid and names its tickets.
void make_paid(OrderRow& order, const Context& context);
// The order that a hold makes.
OrderRow held_order(const api::ticket::Held& fact);
// That an order which is paid now was sold.
api::ticket::Sold sold_fact(const Id& organization_id, const Id& order_id, const OrderRow& order,
                            UnixMillis now);

// What ends a hold, as a fact.
template <class Fact>
Fact ended_fact(const EventRow& event, const Id& order_id, const OrderRow& order, UnixMillis now) {
  return {.organization_id = event.organization_id,
          .event_id = order.event_id,
          .order_id = order_id,
          .at = {now}};
}

}  // namespace bilten::ticket
