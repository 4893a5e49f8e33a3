// Whom the tickets are for, as the vault keeps it: under the order and the ticket's place in it, so
// that it can be kept before the tickets of a held order exist. An order that names nobody, of an
// event that asks nothing, has none of it.
#pragma once

#include "common/api/ticket_orders.h"
#include "common/service/handlers.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// `index`: the ticket's place among the order's.
inline std::string attendee_key(const Id& order_id, size_t index) {
  return std::string(RowKey().text("attendee/").id(order_id).number(index));
}
inline std::string answers_key(const Id& order_id) {
  return std::string(RowKey().text("answers/").id(order_id));
}

// Whom an order's tickets are for, by their places in it, and what it answered as a whole.
struct People {
  std::vector<std::optional<api::ticket::Attendee>> attendees;  // May end before the tickets do.
  std::vector<api::ticket::AnswerKept> answers;
};

// Refuses as invalid: more attendees than tickets, and whatever is wrong with an answer or lacking.
Result<People> check_people(const Rows& rows, const Id& event_id, const EventRow& event,
                            const api::ticket::Basket& basket);
void keep_people(const Id& order_id, const People& people, Effects& effects);
// Everything that is kept for the order as it is; what is kept in the same effects after it stays.
void forget_people(const Vault& vault, const Id& order_id, const OrderRow& order, Effects& effects);

// The ticket's place in its order; nothing: the order has it no more.
std::optional<size_t> place_of(const OrderRow& order, const Id& ticket_id);
// Nothing: nobody said.
std::optional<api::ticket::Attendee> find_attendee(const Vault& vault, const Id& order_id,
                                                   size_t index);
std::vector<api::ticket::AnswerKept> find_answers(const Vault& vault, const Id& order_id);

// unknown_ticket, ticket_ended, event_started, invalid
Decided<api::ticket::AttendeeView> decide_change_attendee(
    const Rows& rows, const Context& context, const api::ticket::ChangeAttendee& message,
    const OrderKeys& keys);

// Whom a ticket is for is no row's business: the fact tells others to look again.
void apply(Rows& rows, const api::ticket::AttendeeChanged& fact);

}  // namespace bilten::ticket
