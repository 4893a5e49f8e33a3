// Joining, leaving, accepting an offer; who is next: waiting_line.cpp.
#include "daemons/ticket/waiting_list.h"

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "common/crypto/order_link.h"
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"
#include "daemons/ticket/waiting_line.h"

namespace bilten::ticket {

using api::ticket::AcceptWaitingOffer;
using api::ticket::Basket;
using api::ticket::Buyer;
using api::ticket::JoinWaitingList;
using api::ticket::LeaveWaitingList;
using api::ticket::OrderView;
using api::ticket::WaitingListAccepted;
using api::ticket::WaitingListJoined;
using api::ticket::WaitingListLeft;
using api::ticket::WaitingState;
using api::ticket::WaitingView;

namespace {

Error unknown_waiting_entry(const Person* person) {
  Error error{Code::not_found, "unknown_waiting_entry",
              "There is no such place in line for you; use the link you were given, or log in."};
  return person ? rests_on("user", std::move(error)) : error;
}

Error offer_over(WaitingState state) {
  return {Code::gone, "offer_over",
          "The offer is " + std::string(word(state)) + "; join the waiting list again."};
}

std::string waiting_secret(std::string_view service_secret, const Id& entry_id) {
  return base64url(
      std::string_view(crypto::keyed_hash(service_secret, "waiting list link", entry_id.view()))
          .substr(0, 24));
}

// An offer past its time reads as lapsed, though its timer has not fired yet.
WaitingState state_of(const WaitingRow& entry, UnixMillis now) {
  const bool is_late = entry.state == WaitingState::offered && now >= entry.expires_at->ms;
  return is_late ? WaitingState::lapsed : entry.state;
}

// 1: the next. Walks the whole line, which is for readers only.
int64_t position_of(const Rows& rows, const Id& entry_id, const WaitingRow& entry) {
  int64_t position = 0;
  rows.scan<InLine>(entry.ticket_type_id.view(), {}, api::ticket::kWaitingMax,
                    [&](std::string_view key, const InLine&) {
                      position += key.substr(24) <= entry_id.view() ? 1 : 0;
                      return true;
                    });
  return position;
}

// The entry for who may see it and leave by it.
Result<WaitingRow> find_entry(const Rows& rows, const Person* person, const Id& entry_id,
                              std::string_view secret,
                              const std::optional<std::string>& shown_secret) {
  auto entry = rows.find<WaitingRow>(entry_id.view());
  if (!entry) return unknown_waiting_entry(nullptr);
  if (shown_secret && crypto::equal(*shown_secret, waiting_secret(secret, entry_id))) {
    return std::move(*entry);
  }
  if (!person) return unknown_waiting_entry(nullptr);
  if (entry->person_id == person->person_id) return std::move(*entry);
  const auto event = rows.find<EventRow>(entry->event_id.view());
  CHECK_INVARIANT(event);
  const auto role = role_of(rows, event->organization_id, person->person_id);
  if (!role || *role < Role::manager) return unknown_waiting_entry(person);
  return std::move(*entry);
}

// The one item of an offer is not in the message, only what stands in it.
Error without_item(Error error) {
  constexpr std::string_view kItem = "/items/0";
  for (auto& fault : error.fields) {
    if (fault.pointer.starts_with(kItem)) fault.pointer.erase(0, kItem.size());
  }
  return error;
}

// Whether who joins might order the same, but for its being sold out.
Status check_sold_out(const Rows& rows, const Wish& wish, const Id& ticket_type_id,
                      UnixMillis now) {
  const auto basket = fill_basket(rows, wish, now);
  if (!basket && basket.error().reason != "sold_out") return basket.error();
  const auto left = available(rows, ticket_type_id);
  if (left == 0) return Done{};
  return Error{Code::conflict, "not_sold_out",
               std::to_string(left) + " tickets of this type are left; order them instead."};
}

}  // namespace

WaitingView view_of_entry(const Id& entry_id, const WaitingRow& entry, UnixMillis now) {
  WaitingView view{.id = entry_id,
                   .event_id = entry.event_id,
                   .ticket_type_id = entry.ticket_type_id,
                   .quantity = entry.quantity,
                   .state = state_of(entry, now),
                   .joined_at = entry.joined_at};
  if (view.state == WaitingState::offered) view.expires_at = entry.expires_at;
  view.order_id = entry.order_id;
  return view;
}

Decided<WaitingView> decide_join_waiting_list(const Rows& rows, const Context& context,
                                              const JoinWaitingList& message,
                                              const OrderKeys& keys) {
  const auto event = find_event_on_sale(rows, context.person, message.event_id, context.now);
  if (!event) return event.error();
  const auto& type_id = message.ticket_type_id;
  const auto buyer = buyer_hash(keys.mail_index, message.buyer.email);
  const Basket basket{.items = {{type_id, message.quantity}}};
  const Wish wish{
      .event_id = message.event_id, .event = *event, .basket = basket, .buyer = buyer.data};
  if (const auto fit = check_sold_out(rows, wish, type_id, context.now); !fit) return fit.error();
  if (rows.has(WaitingOfBuyer::table, waiting_buyer_key(type_id, buyer))) {
    return Error{Code::conflict, "already_waiting",
                 "This address is in line for the type already; use the link you were given."};
  }
  const auto waiting = find_stock(rows, type_id).waiting;
  if (waiting >= api::ticket::kWaitingMax) {
    return Error{Code::exhausted, "waiting_list_full",
                 "The line is too long already; look again later."};
  }
  const Id entry_id = context.fresh_id();
  const WaitingRow entry{.event_id = message.event_id,
                         .ticket_type_id = type_id,
                         .quantity = message.quantity,
                         .joined_at = {context.now}};
  auto fact = fact_of<WaitingListJoined>(rows, entry_id, entry, context.now);
  fact.quantity = message.quantity;
  if (context.person) fact.person_id = context.person->person_id;
  fact.buyer = buyer;
  Decision<WaitingView> decision;
  decision.record(fact);
  decision.keep(waiting_key(entry_id), encode(message.buyer));
  decision.answer = view_of_entry(entry_id, entry, context.now);
  decision.answer.position = waiting + 1;
  decision.answer.secret = waiting_secret(keys.secret, entry_id);
  return decision;
}

Decided<WaitingView> decide_leave_waiting_list(const Rows& rows, const Context& context,
                                               const LeaveWaitingList& message,
                                               std::string_view secret) {
  const auto& entry_id = message.entry_id;
  auto entry = find_entry(rows, context.person, entry_id, secret, message.secret);
  if (!entry) return entry.error();
  const auto state = state_of(*entry, context.now);
  Decision<WaitingView> decision;
  if (state == WaitingState::waiting || state == WaitingState::offered) {
    decision.record(fact_of<WaitingListLeft>(rows, entry_id, *entry, context.now));
    decision.forget(waiting_key(entry_id));
    entry->state = WaitingState::left;
  } else if (state != WaitingState::left) {
    return offer_over(state);
  }
  decision.answer = view_of_entry(entry_id, *entry, context.now);
  return decision;
}

Decided<OrderView> decide_accept_waiting_offer(const Rows& rows, const Context& context,
                                               const AcceptWaitingOffer& message,
                                               const OrderKeys& keys) {
  const auto& entry_id = message.entry_id;
  const auto entry = find_entry(rows, context.person, entry_id, keys.secret, message.secret);
  if (!entry) return entry.error();
  const auto state = state_of(*entry, context.now);
  Decision<OrderView> decision;
  if (state == WaitingState::accepted) {
    const auto order = rows.find<OrderRow>(entry->order_id->view());
    CHECK_INVARIANT(order);
    decision.answer = view_of_order(*entry->order_id, *order, context.now);
    decision.answer.secret = order_secret(keys.mail_index, *entry->order_id);
    return decision;
  }
  if (state == WaitingState::waiting) {
    return Error{Code::conflict, "not_offered", "Nothing is offered to you yet; a mail says when."};
  }
  if (state != WaitingState::offered) return offer_over(state);

  const auto event = rows.find<EventRow>(entry->event_id.view());
  CHECK_INVARIANT(event);
  if (const auto fit = check_on_sale(*event, context.now); !fit) return fit.error();
  OrderRow held;  // What the offer holds counts as free for it.
  held.lines = lines_of(*entry);
  const Basket wanted{.items = {{entry->ticket_type_id, entry->quantity, message.attendees}},
                      .answers = message.answers};
  auto basket = fill_basket(rows,
                            {.event_id = entry->event_id,
                             .event = *event,
                             .basket = wanted,
                             .buyer = entry->buyer.data,
                             .changed_id = &entry_id,
                             .changed = &held},
                            context.now);
  if (!basket) return basket.error();
  const auto people = check_people(rows, entry->event_id, *event, wanted);
  if (!people) return without_item(people.error());
  const Id order_id = context.fresh_id();
  auto accepted = fact_of<WaitingListAccepted>(rows, entry_id, *entry, context.now);
  accepted.order_id = order_id;
  decision.record(accepted);
  OrderRow order{.event_id = entry->event_id, .code = fresh_order_code(context.random)};
  order.buyer = entry->buyer;
  order.person_id = entry->person_id;
  place_order(context, *event, order_id, order, std::move(*basket), decision);
  keep_people(order_id, *people, decision);
  if (const auto buyer = context.vault.get(waiting_key(entry_id))) {
    decision.keep(vault_key(order_id), *buyer);
    decision.forget(waiting_key(entry_id));
  }
  decision.answer.secret = order_secret(keys.mail_index, order_id);
  return decision;
}

Result<WaitingView> view_of_waiting(const Reader& reader,
                                    const api::ticket::ReadWaitingEntry& message,
                                    std::string_view secret) {
  const auto& entry_id = message.entry_id;
  const auto entry = find_entry(reader.rows, reader.person, entry_id, secret, message.secret);
  if (!entry) return entry.error();
  auto view = view_of_entry(entry_id, *entry, reader.now);
  if (view.state == WaitingState::waiting) {
    view.position = position_of(reader.rows, entry_id, *entry);
  }
  return view;
}

Result<api::ticket::WaitingListMail::Answer> waiting_list_mail(
    const Reader& reader, const api::ticket::WaitingListMail& message, std::string_view secret) {
  const auto& entry_id = message.entry_id;
  const auto entry = reader.rows.find<WaitingRow>(entry_id.view());
  if (!entry) return unknown_waiting_entry(nullptr);
  const auto state = state_of(*entry, reader.now);
  const auto kept = reader.vault.get(waiting_key(entry_id));
  if (state != WaitingState::offered || !kept) return offer_over(state);
  const auto buyer = decode<Buyer>(*kept);
  CHECK_INVARIANT(buyer);
  return api::ticket::WaitingListMail::Answer{.email = buyer->email,
                                              .buyer_name = buyer->name,
                                              .secret = waiting_secret(secret, entry_id),
                                              .event_id = entry->event_id,
                                              .ticket_type_id = entry->ticket_type_id,
                                              .quantity = entry->quantity,
                                              .expires_at = *entry->expires_at};
}

}  // namespace bilten::ticket
