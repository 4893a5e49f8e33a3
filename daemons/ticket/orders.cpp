// Orders as they are made and quoted, and their tickets.
#include "daemons/ticket/orders.h"

#include "common/base/text.h"
#include "common/crypto/order_link.h"
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/room.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Held;
using api::ticket::Order;
using api::ticket::OrderView;
using api::ticket::Quote;
using api::ticket::QuoteView;
using api::ticket::Sold;

namespace {

// Ten characters of thirty that nobody mistakes for one another: 49 bits. Two orders of one event
// of 100,000 share a code with a chance of 1 in 100,000; it is for people to read out, never a key.
constexpr std::string_view kCodeLetters = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kCodeLength = 10;
constexpr uint64_t kCodes = 590'490'000'000'000;  // 30^10

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

std::string fresh_order_code(Random& random) {
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

Bytes buyer_hash(const std::string& mail_index, const std::string& email) {
  auto hash = crypto::keyed_hash(mail_index, "bilten buyer", lower_ascii(email));
  hash.resize(16);
  return {std::move(hash)};
}

Status check_on_sale(const EventRow& event, UnixMillis now) {
  if (event.terms.state == api::event::State::published && now < event.terms.ends_at.ms) {
    return Done{};
  }
  return rests_on("event", {Code::conflict, "not_on_sale",
                            "The event is not on sale: it is not published, or it is over."});
}

Status check_not_over(const EventRow& event, UnixMillis now) {
  const bool is_cancelled = event.terms.state == api::event::State::cancelled;
  if (!is_cancelled && now < event.terms.ends_at.ms) return Done{};
  return rests_on("event", {Code::conflict, "not_on_sale", "The event is cancelled, or over."});
}

EventRow event_of(const Rows& rows, const OrderRow& order) {
  auto event = rows.find<EventRow>(order.event_id.view());
  CHECK_INVARIANT(event);
  return std::move(*event);
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

OrderRow held_order(const Held& fact) {
  OrderRow order{.event_id = fact.event_id, .code = fact.code, .person_id = fact.person_id};
  order.buyer = fact.buyer;
  order.lines = fact.lines;
  order.total = fact.total;
  order.promo = fact.promo;
  order.created_at = fact.at;
  order.expires_at = fact.expires_at;
  return order;
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
  OrderRow order{.event_id = event_id, .code = fresh_order_code(context.random)};
  order.buyer = buyer_hash(keys.mail_index, message.buyer.email);
  const Wish wish{
      .event_id = event_id, .event = *event, .basket = message, .buyer = order.buyer.data};
  auto basket = fill_basket(rows, wish, context.now);
  if (!basket) return basket.error();
  const auto people = check_people(rows, event_id, *event, message);
  if (!people) return people.error();
  if (context.person) order.person_id = context.person->person_id;
  Decision<OrderView> decision;
  if (pass) decision.record(api::ticket::RoomPassUsed{event_id, order_id, *pass});
  place_order(context, *event, order_id, order, std::move(*basket), decision);
  keep_people(order_id, *people, decision);
  decision.keep(vault_key(order_id), encode(message.buyer));
  decision.answer.buyer = message.buyer;
  decision.answer.secret = order_secret(keys.mail_index, order_id);
  return decision;
}

void place_order(const Context& context, const EventRow& event, const Id& order_id, OrderRow& order,
                 PricedBasket basket, Decision<OrderView>& decision) {
  order.lines = std::move(basket.lines);
  order.total = std::move(basket.total);
  order.promo = basket.promo;
  order.created_at = {context.now};
  if (order.total.amount == 0) {
    make_paid(order, context);
    decision.record(sold_fact(event.organization_id, order_id, order, context.now));
  } else {
    order.expires_at = Instant{context.now + UnixMillis{event.terms.hold_minutes} * 60'000};
    decision.record(held_fact(event.organization_id, order_id, order));
  }
  decision.answer = view_of_order(order_id, order, context.now);
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
  rows.save(fact.order_id.view(), held_order(fact));
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

}  // namespace bilten::ticket
