// Questions and attendees as they are asked for, and their rows of the table.
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/event_attendees.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/questions.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/ticket_views.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

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

}  // namespace

Table attendee_table(const Config& config, const ServiceKeys& keys) {
  const auto views = std::make_shared<const TicketViews>(config, keys);
  return {
      command<AddQuestion>("ticket.add_question", decide_add_question),
      command<ChangeQuestion>("ticket.change_question", decide_change_question),
      command<RemoveQuestion>("ticket.remove_question", decide_remove_question),
      query<ListQuestions>("ticket.questions", questions),
      query<ListOrderAttendees>("ticket.order.attendees", with(views, order_attendees)),
      query<ListEventAttendees>("ticket.attendees", list_event_attendees),
      slow_query<ReadAttendeesCsv>("ticket.attendees_csv", event_attendees_csv),
      command<ChangeAttendee>(
          "ticket.change_attendee",
          with(OrderKeys{keys.secret, keys.mail_index}, decide_change_attendee)),
  };
}

}  // namespace bilten::ticket
