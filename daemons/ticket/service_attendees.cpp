// Questions and attendees as they are asked for, and their rows of the table.
#include "common/service/paging.h"
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/buyer.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/questions.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/ticket_views.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

// A page goes on with whole orders until it has its items, or has read so much of the vault.
constexpr size_t kPageBytesMax = 256 * 1024;

Result<ListOf<QuestionView>> questions(const Reader& reader, const ListQuestions& message) {
  const auto event = find_event(reader.rows, reader.person, message.event_id);
  if (!event) return event.error();
  return ListOf<QuestionView>{questions_of_event(reader.rows, message.event_id), {}};
}

// The next ticket of the order, without whom it is for if it was given away.
void add_attendee(const Reader& reader, const Id& order_id, const std::optional<Id>& ticket_id,
                  const Id& ticket_type_id, std::vector<AttendeeView>& into) {
  const auto index = into.size();
  auto& view = into.emplace_back();
  view.ticket_id = ticket_id;
  view.ticket_type_id = ticket_type_id;
  if (ticket_id && find_holder(reader.rows, *ticket_id)) return;
  if (auto attendee = find_attendee(reader.vault, order_id, index)) {
    static_cast<Attendee&>(view) = std::move(*attendee);
  }
}

Result<OrderAttendees> order_attendees(const Reader& reader, const ListOrderAttendees& message,
                                       const std::shared_ptr<const TicketViews>& views) {
  const auto& order_id = message.order_id;
  const auto order = views->order(reader, order_id, message.secret);
  if (!order) return order.error();
  OrderAttendees all;
  all.answers = find_answers(reader.vault, order_id);
  if (order->ticket_ids.empty()) {
    for (const auto& line : order->lines) {
      for (int64_t i = 0; i < line.quantity; ++i) {
        add_attendee(reader, order_id, {}, line.ticket_type_id, all.items);
      }
    }
  }
  for (const auto& ticket_id : order->ticket_ids) {
    const auto ticket = reader.rows.find<TicketRow>(ticket_id.view());
    CHECK_INVARIANT(ticket);
    add_attendee(reader, order_id, ticket_id, ticket->ticket_type_id, all.items);
  }
  return all;
}

// The order's tickets; answers how many bytes of the vault they took.
size_t add_order(const Reader& reader, const Id& order_id, std::vector<EventAttendee>& into) {
  const auto order = reader.rows.find<OrderRow>(order_id.view());
  CHECK_INVARIANT(order);
  const auto buyer = find_buyer(reader.vault, order_id);
  const auto answers = find_answers(reader.vault, order_id);
  size_t bytes = 0;
  for (size_t i = 0; i < order->ticket_ids.size(); ++i) {
    const auto& ticket_id = order->ticket_ids[i];
    const auto ticket = reader.rows.find<TicketRow>(ticket_id.view());
    CHECK_INVARIANT(ticket);
    auto& view = into.emplace_back();
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
    for (const auto& answer : view.answers) bytes += answer.value.size();
    for (const auto& answer : answers) bytes += answer.value.size();
  }
  return bytes;
}

Result<ListOf<EventAttendee>> attendees(const Reader& reader, const ListEventAttendees& message) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(reader.rows, reader.person, event_id, Role::manager);
  if (!event) return event.error();
  const auto after = key_after(message.cursor, event_id.view(), 48);
  if (!after) return after.error();
  ListOf<EventAttendee> list;
  std::string last;
  size_t bytes = 0;
  // An order that never came to have tickets adds nothing, so a page walks past many of them.
  constexpr size_t kOrdersMax = 5000;
  size_t orders = 0;
  reader.rows.scan<OrderOfBuyer>(
      event_id.view(), *after, SIZE_MAX, [&](std::string_view key, const OrderOfBuyer&) {
        const bool is_full = list.items.size() >= static_cast<size_t>(message.limit) ||
                             bytes >= kPageBytesMax || orders >= kOrdersMax;
        if (is_full) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        ++orders;
        bytes += add_order(reader, *Id::from_bytes(key.substr(32)), list.items);
        return true;
      });
  return list;
}

}  // namespace

Table attendee_table(const Config& config, const ServiceKeys& keys) {
  const auto views = std::make_shared<const TicketViews>(config, keys);
  return {
      command<AddQuestion>("ticket.add_question", decide_add_question),
      command<ChangeQuestion>("ticket.change_question", decide_change_question),
      command<RemoveQuestion>("ticket.remove_question", decide_remove_question),
      query<ListQuestions>("ticket.questions", questions),
      query<ListOrderAttendees>("ticket.order.attendees", with(views, order_attendees)),
      query<ListEventAttendees>("ticket.attendees", attendees),
      command<ChangeAttendee>(
          "ticket.change_attendee",
          with(OrderKeys{keys.secret, keys.mail_index}, decide_change_attendee)),
  };
}

}  // namespace bilten::ticket
