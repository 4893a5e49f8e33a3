#include "daemons/ticket/attendees.h"

#include <algorithm>

#include "daemons/ticket/basket.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/questions.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::AnswerKept;
using api::ticket::AskedPer;
using api::ticket::Attendee;
using api::ticket::AttendeeChanged;
using api::ticket::AttendeeGiven;
using api::ticket::AttendeeNames;
using api::ticket::AttendeeView;
using api::ticket::Basket;
using api::ticket::ChangeAttendee;
using api::ticket::OrderAnswers;
using api::ticket::OrderItem;
using api::ticket::QuestionView;

namespace {

bool names_nobody(const Basket& basket) {
  return basket.answers.empty() &&
         std::all_of(basket.items.begin(), basket.items.end(),
                     [](const OrderItem& item) { return item.attendees.empty(); });
}

// One for each of the item's tickets; nothing for who is not named and not asked.
void add_attendees(const std::vector<QuestionView>& questions, const OrderItem& item,
                   const Path& path, std::vector<std::optional<Attendee>>& into, Faults& faults) {
  const auto count = static_cast<size_t>(item.quantity);
  if (item.attendees.size() > count) {
    faults.add(path, "must not have more than the item's quantity");
  }
  for (size_t i = 0; i < count; ++i) {
    const bool is_named = i < item.attendees.size();
    const auto given = is_named ? item.attendees[i] : AttendeeGiven{};
    const Path here{&path, {}, i};
    Attendee attendee;
    static_cast<AttendeeNames&>(attendee) = given;
    attendee.answers = check_answers(questions, AskedPer::ticket, {item.ticket_type_id},
                                     given.answers, Path{&here, "answers"}, faults);
    into.push_back(is_named ? std::optional(std::move(attendee)) : std::nullopt);
  }
}

Error ticket_ended(TicketState state) {
  return {Code::gone, "ticket_ended",
          "The ticket is " + std::string(word(state)) + "; nobody comes with it."};
}

}  // namespace

Result<People> check_people(const Rows& rows, const Id& event_id, const EventRow& event,
                            const Basket& basket) {
  People people;
  if (!event.has_questions && names_nobody(basket)) return people;
  const auto questions = questions_of_event(rows, event_id);
  Faults faults;
  const Path root;
  const Path items{&root, "items"};
  std::vector<Id> type_ids;
  for (size_t i = 0; i < basket.items.size(); ++i) {
    const Path item{&items, {}, i};
    type_ids.push_back(basket.items[i].ticket_type_id);
    add_attendees(questions, basket.items[i], Path{&item, "attendees"}, people.attendees, faults);
  }
  people.answers = check_answers(questions, AskedPer::order, type_ids, basket.answers,
                                 Path{&root, "answers"}, faults);
  if (!faults.list.empty()) return invalid(std::move(faults));
  return people;
}

void keep_people(const Id& order_id, const People& people, Effects& effects) {
  for (size_t i = 0; i < people.attendees.size(); ++i) {
    const auto& attendee = people.attendees[i];
    if (attendee) effects.keep(attendee_key(order_id, i), encode(*attendee));
  }
  if (!people.answers.empty()) {
    effects.keep(answers_key(order_id), encode(OrderAnswers{people.answers}));
  }
}

void forget_people(const Vault& vault, const Id& order_id, const OrderRow& order,
                   Effects& effects) {
  const auto forget = [&](std::string key) {
    if (vault.get(key)) effects.forget(std::move(key));
  };
  const auto count = static_cast<size_t>(count_tickets(order.lines));
  for (size_t i = 0; i < count; ++i) forget(attendee_key(order_id, i));
  forget(answers_key(order_id));
}

std::optional<size_t> place_of(const OrderRow& order, const Id& ticket_id) {
  const auto& ids = order.ticket_ids;
  const auto at = std::find(ids.begin(), ids.end(), ticket_id);
  if (at == ids.end()) return std::nullopt;
  return static_cast<size_t>(at - ids.begin());
}

std::optional<Attendee> find_attendee(const Vault& vault, const Id& order_id, size_t index) {
  const auto kept = vault.get(attendee_key(order_id, index));
  if (!kept) return std::nullopt;
  auto attendee = decode<Attendee>(*kept);
  CHECK_INVARIANT(attendee);
  return std::move(*attendee);
}

std::vector<AnswerKept> find_answers(const Vault& vault, const Id& order_id) {
  const auto kept = vault.get(answers_key(order_id));
  if (!kept) return {};
  auto found = decode<OrderAnswers>(*kept);
  CHECK_INVARIANT(found);
  return std::move(found->answers);
}

Decided<AttendeeView> decide_change_attendee(const Rows& rows, const Context& context,
                                             const ChangeAttendee& message, const OrderKeys& keys) {
  const auto& ticket_id = message.ticket_id;
  const auto ticket = rows.find<TicketRow>(ticket_id.view());
  if (!ticket) return unknown_ticket(nullptr);
  const auto access = ticket_access(rows, context.person, keys, ticket_id, *ticket, message.secret);
  if (access < TicketAccess::holder) return unknown_ticket(context.person);
  const bool is_good = ticket->state == TicketState::valid || ticket->state == TicketState::used;
  const auto index = place_of(order_of(rows, *ticket), ticket_id);
  if (!is_good || !index) return ticket_ended(ticket->state);
  const auto event = rows.find<EventRow>(ticket->event_id.view());
  CHECK_INVARIANT(event);
  const auto starts_at = schedule_of_type(rows, *event, ticket->ticket_type_id).starts_at;
  if (access == TicketAccess::holder && context.now >= starts_at.ms) {
    return rests_on("event", {Code::conflict, "event_started",
                              "The event has started; ask its organizer for the change."});
  }

  Attendee attendee;
  static_cast<AttendeeNames&>(attendee) = message;
  if (message.answers) {
    Faults faults;
    const Path root;
    attendee.answers =
        check_answers(questions_of_event(rows, ticket->event_id), AskedPer::ticket,
                      {ticket->ticket_type_id}, *message.answers, Path{&root, "answers"}, faults);
    if (!faults.list.empty()) return invalid(std::move(faults));
  } else if (auto before = find_attendee(context.vault, ticket->order_id, *index)) {
    attendee.answers = std::move(before->answers);
  }
  Decision<AttendeeView> decision;
  decision.record(AttendeeChanged{.organization_id = event->organization_id,
                                  .event_id = ticket->event_id,
                                  .order_id = ticket->order_id,
                                  .ticket_id = ticket_id,
                                  .at = {context.now}});
  decision.keep(attendee_key(ticket->order_id, *index), encode(attendee));
  static_cast<Attendee&>(decision.answer) = std::move(attendee);
  decision.answer.ticket_id = ticket_id;
  decision.answer.ticket_type_id = ticket->ticket_type_id;
  return decision;
}

void apply(Rows&, const AttendeeChanged&) {}

}  // namespace bilten::ticket
