#include "daemons/ticket/event_attendees.h"

#include <algorithm>

#include "common/base/csv.h"
#include "common/base/time.h"
#include "common/service/paging.h"
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/buyer.h"
#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/door_rows.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/lists.h"
#include "daemons/ticket/printout.h"
#include "daemons/ticket/questions.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {
namespace {

using api::ListOf;
using api::ticket::AnswerKept;
using api::ticket::AttendeeNames;
using api::ticket::EventAttendee;
using api::ticket::ListEventAttendees;
using api::ticket::ReadAttendeesCsv;

// Keys of the event's orders: event id, hash of the buyer's address, order id.
constexpr size_t kOrderKeyBytes = 48;

Id order_of(std::string_view order_key) {
  return *Id::from_bytes(order_key.substr(32));
}

// An order's tickets; none while it is not paid.
std::vector<EventAttendee> attendees_of(const Reader& reader, const Id& order_id) {
  std::vector<EventAttendee> attendees;
  const auto order = reader.rows.find<OrderRow>(order_id.view());
  CHECK_INVARIANT(order);
  if (order->ticket_ids.empty()) return attendees;
  const auto buyer = find_buyer(reader.vault, order_id);
  const auto answers = find_answers(reader.vault, order_id);
  for (size_t i = 0; i < order->ticket_ids.size(); ++i) {
    const auto& ticket_id = order->ticket_ids[i];
    const auto ticket = reader.rows.find<TicketRow>(ticket_id.view());
    CHECK_INVARIANT(ticket);
    auto& view = attendees.emplace_back();
    view.ticket_id = ticket_id;
    view.ticket_type_id = ticket->ticket_type_id;
    view.order_id = order_id;
    view.order_code = order->code;
    view.state = ticket->state;
    view.order_answers = answers;
    if (auto attendee = find_attendee(reader.vault, order_id, i)) {
      static_cast<AttendeeNames&>(view) = *attendee;
      view.answers = std::move(attendee->answers);
    }
    if (buyer && !view.full_name && !find_holder(reader.rows, ticket_id)) {
      view.full_name = buyer->name;
      if (!view.email) view.email = buyer->email;
    }
  }
  return attendees;
}

size_t bytes_of(const std::vector<AnswerKept>& answers) {
  size_t bytes = 0;
  for (const auto& answer : answers) bytes += answer.value.size();
  return bytes;
}

// The columns of an event's table, and what stands in them.
class Sheet {
 public:
  Sheet(const Rows& rows, const Id& event_id)
      : rows_(rows),
        lists_(lists_of_event(rows, event_id)),
        types_(types_of_event(rows, event_id)),
        questions_(questions_of_event(rows, event_id)) {}

  std::string columns() const {
    std::vector<std::string> cells{"ticket_id",  "name",  "email",      "ticket_type",
                                   "order_code", "state", "admitted_at"};
    for (const auto& question : questions_) cells.push_back(text_in(question.label, {}));
    cells.emplace_back("other_answers");
    return csv_line(cells);
  }

  std::string line(const EventAttendee& attendee) const {
    std::vector<std::string> cells{attendee.ticket_id.text(),
                                   attendee.full_name.value_or(""),
                                   attendee.email.value_or(""),
                                   type_name(attendee.ticket_type_id),
                                   attendee.order_code,
                                   std::string(word(attendee.state)),
                                   admitted_at(attendee.ticket_id)};
    const auto first_answer = cells.size();
    cells.resize(first_answer + questions_.size() + 1);
    for (const auto* answers : {&attendee.order_answers, &attendee.answers}) {
      for (const auto& answer : *answers) put(answer, cells, first_answer);
    }
    return csv_line(cells);
  }

 private:
  // Under its question; in the last cell where that is asked no more.
  void put(const AnswerKept& answer, std::vector<std::string>& cells, size_t first_answer) const {
    for (size_t i = 0; i < questions_.size(); ++i) {
      if (questions_[i].id != answer.question_id) continue;
      cells[first_answer + i] = answer.value;
      return;
    }
    auto& others = cells.back();
    if (!others.empty()) others += '\n';
    others += text_in(answer.label, {}) + ": " + answer.value;
  }

  std::string type_name(const Id& type_id) const {
    const auto type = std::find_if(types_.begin(), types_.end(),
                                   [&](const auto& each) { return each.first == type_id; });
    CHECK_INVARIANT(type != types_.end());
    return text_in(type->second.terms.title, {});
  }

  // When a list of the event first let it in; empty: none did.
  std::string admitted_at(const Id& ticket_id) const {
    std::optional<Instant> first;
    for (const auto& list_id : lists_) {
      const auto admission = rows_.find<AdmissionRow>(key_of(list_id, ticket_id));
      if (admission && (!first || admission->first_at < *first)) first = admission->first_at;
    }
    return first ? rfc3339(first->ms) : "";
  }

  const Rows& rows_;
  std::vector<Id> lists_;
  std::vector<std::pair<Id, TypeRow>> types_;
  std::vector<api::ticket::QuestionView> questions_;
};

// A ticket of the event, with the key of its order.
struct ListPlace {
  std::string order_key;
  Id ticket_id;
};

Result<ListPlace> find_place(const Reader& reader, const Id& event_id, const Id& ticket_id) {
  const auto ticket = reader.rows.find<TicketRow>(ticket_id.view());
  if (!ticket || ticket->event_id != event_id) return unknown_ticket(nullptr);
  const auto order = reader.rows.find<OrderRow>(ticket->order_id.view());
  CHECK_INVARIANT(order);
  return ListPlace{buyer_key(event_id, order->buyer.data).append(ticket->order_id.view()),
                   ticket_id};
}

// Visits the event's tickets in the order of list_event_attendees, those behind `after`, until
// `visit` answers false.
void each_attendee(const Reader& reader, const Id& event_id, const std::optional<ListPlace>& after,
                   const std::function<bool(const EventAttendee&)>& visit) {
  std::string from;
  if (after) {
    from = after->order_key;
    const auto attendees = attendees_of(reader, order_of(from));
    auto next = std::find_if(
        attendees.begin(), attendees.end(),
        [&](const EventAttendee& attendee) { return attendee.ticket_id == after->ticket_id; });
    // Exchanged since, it is its order's no more: rather some twice than some never.
    next = next == attendees.end() ? attendees.begin() : next + 1;
    for (; next != attendees.end(); ++next) {
      if (!visit(*next)) return;
    }
  }
  reader.rows.scan<OrderOfBuyer>(event_id.view(), from, SIZE_MAX,
                                 [&](std::string_view key, const OrderOfBuyer&) {
                                   const auto attendees = attendees_of(reader, order_of(key));
                                   return std::all_of(attendees.begin(), attendees.end(), visit);
                                 });
}

}  // namespace

Result<ListOf<EventAttendee>> list_event_attendees(const Reader& reader,
                                                   const ListEventAttendees& message) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(reader.rows, reader.person, event_id, Role::manager);
  if (!event) return event.error();
  const auto after = key_after(message.cursor, event_id.view(), kOrderKeyBytes);
  if (!after) return after.error();
  ListOf<EventAttendee> list;
  std::string last;
  // A page goes on with whole orders until it has its items, or has read so much of the vault. An
  // order that never came to have tickets adds nothing, so a page walks past many of them.
  constexpr size_t kBytesMax = 256 * 1024, kOrdersMax = 5000;
  size_t bytes = 0, orders = 0;
  reader.rows.scan<OrderOfBuyer>(
      event_id.view(), *after, SIZE_MAX, [&](std::string_view key, const OrderOfBuyer&) {
        const bool is_full = list.items.size() >= static_cast<size_t>(message.limit) ||
                             bytes >= kBytesMax || orders >= kOrdersMax;
        if (is_full) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        ++orders;
        for (auto& attendee : attendees_of(reader, order_of(key))) {
          bytes += bytes_of(attendee.answers) + bytes_of(attendee.order_answers);
          list.items.push_back(std::move(attendee));
        }
        return true;
      });
  return list;
}

Result<Content> event_attendees_csv(const Reader& reader, const ReadAttendeesCsv& message) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(reader.rows, reader.person, event_id, Role::manager);
  if (!event) return event.error();
  std::optional<ListPlace> after;
  if (message.after) {
    auto place = find_place(reader, event_id, *message.after);
    if (!place) return place.error();
    after = std::move(*place);
  }
  constexpr size_t kBytesMax = 1'000'000;  // Of one answer.
  const Sheet sheet(reader.rows, event_id);
  std::string text;
  if (!after) text.append(kByteOrderMark).append(sheet.columns());
  int64_t lines = 0;
  bool is_cut = false;
  each_attendee(reader, event_id, after, [&](const EventAttendee& attendee) {
    if (message.limit && lines == *message.limit) return false;
    const auto line = sheet.line(attendee);
    is_cut = text.size() + line.size() > kBytesMax;
    if (is_cut) return false;
    text += line;
    ++lines;
    return true;
  });
  if (is_cut && !message.limit) {
    return Error{Code::unprocessable, "too_large",
                 "The event has more tickets than one answer holds; ask for parts, with a limit."};
  }
  return Content{"text/csv; charset=utf-8", {std::move(text)}, 0};
}

}  // namespace bilten::ticket
