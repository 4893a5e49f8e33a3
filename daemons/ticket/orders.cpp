// Orders: held, paid, expired, cancelled; their tickets; money that comes late.
#include "common/base/text.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/core.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Cancelled;
using api::ticket::CancelOrder;
using api::ticket::ChangeOrder;
using api::ticket::ConfirmOrder;
using api::ticket::Expired;
using api::ticket::ExtendHold;
using api::ticket::Held;
using api::ticket::HoldExtended;
using api::ticket::Order;
using api::ticket::OrderChanged;
using api::ticket::OrderView;
using api::ticket::PaidTooLate;
using api::ticket::Quote;
using api::ticket::QuoteView;
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

Status check_on_sale(const EventRow& event, UnixMillis now) {
  if (event.terms.state == api::event::State::published && now < event.terms.ends_at.ms) {
    return Done{};
  }
  return rests_on("event", {Code::conflict, "not_on_sale",
                            "The event is not on sale: it is not published, or it is over."});
}

Result<EventRow> find_event_on_sale(const Rows& rows, const Person* person, const Id& event_id,
                                    UnixMillis now) {
  auto event = find_event(rows, person, event_id);
  if (!event) return event;
  if (const auto fit = check_on_sale(*event, now); !fit) return fit.error();
  return event;
}

// 16 bytes that know an address again, in whatever letters' case, and tell nothing about it.
Bytes buyer_hash(const std::string& mail_index, const std::string& email) {
  auto hash = crypto::keyed_hash(mail_index, "bilten buyer", lower_ascii(email));
  hash.resize(16);
  return {std::move(hash)};
}

Held held_fact(const Id& organization_id, const Id& order_id, const OrderRow& order) {
  return {.organization_id = organization_id,
          .event_id = order.event_id,
          .order_id = order_id,
          .code = order.code,
          .person_id = order.person_id,
          .buyer = order.buyer,
          .lines = order.lines,
          .total = order.total,
          .promo = order.promo,
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
          .buyer = order.buyer,
          .lines = order.lines,
          .total = order.total,
          .promo = order.promo,
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

template <class Fact>
void note_buyer(Rows& rows, const Fact& fact) {
  if (fact.person_id) {
    rows.save(key_of(*fact.person_id, newest_first(fact.order_id)), OrderOfPerson{});
  }
  rows.save(buyer_key(fact.event_id, fact.buyer.data).append(fact.order_id.view()), OrderOfBuyer{});
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
  return_promo(rows, order->promo);
  order->state = state;
  rows.save(order_id.view(), *order);
  rows.clear_timer(kHoldTimer, order_id.view());
}

// The held order for who may change it.
Result<OrderRow> find_held(const Rows& rows, const Context& context, std::string_view secret,
                           const Id& order_id, const std::optional<std::string>& shown_secret) {
  auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return unknown_order(nullptr);
  const auto access = order_access(rows, context.person, secret, order_id, *order, shown_secret);
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

Decided<OrderView> decide_order(const Rows& rows, const Context& context, const Order& message,
                                const OrderKeys& keys) {
  const auto& event_id = message.event_id;
  const auto event = find_event_on_sale(rows, context.person, event_id, context.now);
  if (!event) return event.error();
  const Id order_id = context.fresh_id();
  OrderRow order{.event_id = event_id, .code = fresh_code(context.random)};
  order.buyer = buyer_hash(keys.mail_index, message.buyer.email);
  const Wish wish{
      .event_id = event_id, .event = *event, .basket = message, .buyer = order.buyer.data};
  auto basket = fill_basket(rows, wish, context.now);
  if (!basket) return basket.error();
  if (context.person) order.person_id = context.person->person_id;
  order.lines = std::move(basket->lines);
  order.total = std::move(basket->total);
  order.promo = basket->promo;
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
  decision.answer.secret = order_secret(keys.secret, order_id);
  return decision;
}

Result<QuoteView> quote(const Reader& reader, const Quote& message) {
  const auto& event_id = message.event_id;
  const auto event = find_event_on_sale(reader.rows, reader.person, event_id, reader.now);
  if (!event) return event.error();
  const auto basket = fill_basket(
      reader.rows, {.event_id = event_id, .event = *event, .basket = message}, reader.now);
  if (!basket) return basket.error();
  QuoteView view;
  static_cast<api::ticket::Sums&>(view) = sums_of(basket->lines, basket->total);
  view.event_id = event_id;
  view.items = view_of_lines(basket->lines, basket->total.currency);
  return view;
}

Decided<OrderView> decide_change_order(const Rows& rows, const Context& context,
                                       const ChangeOrder& message, std::string_view secret) {
  const auto& order_id = message.order_id;
  auto order = find_held(rows, context, secret, order_id, message.secret);
  if (!order) return order.error();
  if (const auto fit = check_held(*order); !fit) return fit.error();
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
  Decision<OrderView> decision;
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
                                      const ExtendHold& message, std::string_view secret) {
  const auto& order_id = message.order_id;
  auto order = find_held(rows, context, secret, order_id, message.secret);
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
                                       const CancelOrder& message, std::string_view secret) {
  auto order = find_held(rows, context, secret, message.order_id, message.secret);
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
  OrderView view;
  view.id = order_id;
  view.event_id = order.event_id;
  view.code = order.code;
  view.state = is_lapsed(order, now) ? OrderState::expired : order.state;
  view.items = view_of_lines(order.lines, order.total.currency);
  static_cast<api::ticket::Sums&>(view) = sums_of(order.lines, order.total);
  view.created_at = order.created_at;
  if (view.state == OrderState::held) view.expires_at = order.expires_at;
  view.ticket_ids = order.ticket_ids;
  return view;
}

void apply(Rows& rows, const Held& fact) {
  hold(rows, fact.lines);
  take_promo(rows, fact.promo);
  OrderRow order{.event_id = fact.event_id, .code = fact.code, .person_id = fact.person_id};
  order.buyer = fact.buyer;
  order.lines = fact.lines;
  order.total = fact.total;
  order.promo = fact.promo;
  order.created_at = fact.at;
  order.expires_at = fact.expires_at;
  rows.save(fact.order_id.view(), order);
  rows.set_timer(kHoldTimer, fact.order_id.view(), fact.expires_at.ms);
  note_buyer(rows, fact);
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

void apply(Rows& rows, const Sold& fact) {
  auto order = rows.find<OrderRow>(fact.order_id.view());
  const bool were_held = order && order->state == OrderState::held;
  sell(rows, fact.lines, were_held);
  // A held order has its code's places already.
  if (!were_held) take_promo(rows, fact.promo);
  if (were_held) rows.clear_timer(kHoldTimer, fact.order_id.view());
  if (!order) {
    order = OrderRow{.event_id = fact.event_id, .code = fact.code, .person_id = fact.person_id};
    order->buyer = fact.buyer;
    order->lines = fact.lines;
    order->total = fact.total;
    order->promo = fact.promo;
    order->created_at = fact.at;
    note_buyer(rows, fact);
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
