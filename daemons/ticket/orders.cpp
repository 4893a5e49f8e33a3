// Orders as they are made, quoted and paid; their tickets; money that comes late.
#include "daemons/ticket/orders.h"

#include "common/base/text.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/room.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Cancelled;
using api::ticket::ConfirmOrder;
using api::ticket::Expired;
using api::ticket::Held;
using api::ticket::Order;
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

void make_paid(OrderRow& order, const Context& context) {
  order.state = OrderState::paid;
  const auto count = static_cast<size_t>(count_tickets(order.lines));
  order.ticket_ids.reserve(count);
  for (size_t i = 0; i < count; ++i) order.ticket_ids.push_back(context.fresh_id());
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

}  // namespace

Status check_on_sale(const EventRow& event, UnixMillis now) {
  if (event.terms.state == api::event::State::published && now < event.terms.ends_at.ms) {
    return Done{};
  }
  return rests_on("event", {Code::conflict, "not_on_sale",
                            "The event is not on sale: it is not published, or it is over."});
}

EventRow event_of(const Rows& rows, const OrderRow& order) {
  auto event = rows.find<EventRow>(order.event_id.view());
  CHECK_INVARIANT(event);
  return std::move(*event);
}

bool is_lapsed(const OrderRow& order, UnixMillis now) {
  return order.state == OrderState::held && now >= order.expires_at->ms;
}

Decided<OrderView> decide_order(const Rows& rows, const Context& context, const Order& message,
                                const OrderKeys& keys) {
  const auto& event_id = message.event_id;
  const auto event = find_event_on_sale(rows, context.person, event_id, context.now);
  if (!event) return event.error();
  std::optional<Bytes> pass;
  if (event->has_room) {
    auto found = find_pass(rows, event_id, message.queue_token, context.now, keys.secret);
    if (!found) return found.error();
    pass = std::move(*found);
  }
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
  if (pass) decision.record(api::ticket::RoomPassUsed{event_id, order_id, *pass});
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

void apply(Rows& rows, const PaidTooLate& fact) {
  rows.save(key_of(fact.order_id, fact.payment_id), LatePayment{});
}

}  // namespace bilten::ticket
