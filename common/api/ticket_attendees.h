// The contract of attendees: whom the tickets of an order are for, and what they answered
// (docs/attendees.md). All of it is personal: in the vault, and in no fact.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_question_facts.h"
#include "common/api/ticket_tickets.h"

namespace bilten::api::ticket {

struct AnswerGiven {
  Id question_id;
  std::string value;
  static constexpr auto fields() {
    return field_list(field("question_id", &AnswerGiven::question_id),
                      field("value", &AnswerGiven::value, length(1, 1000))
                          .doc("A text, a whole number, a choice as it is written, yes or no."));
  }
};

// An answer as it is kept: with what was asked at the time, whatever becomes of the question.
struct AnswerKept : AnswerGiven {
  Text label;
  static constexpr auto fields() {
    return join_fields(AnswerGiven::fields(), field_list(field("label", &AnswerKept::label,
                                                               length(1, 200, Format::line))));
  }
};

struct AttendeeNames {
  std::optional<std::string> full_name, email;
  static constexpr auto fields() {
    using Self = AttendeeNames;
    return field_list(field("name", &Self::full_name, length(1, 200, Format::line)),
                      field("email", &Self::email, length(3, 254, Format::email)));
  }
};

// Whom a ticket is for, as who orders says.
struct AttendeeGiven : AttendeeNames {
  std::vector<AnswerGiven> answers;
  static constexpr auto fields() {
    return join_fields(
        AttendeeNames::fields(),
        field_list(
            field("answers", &AttendeeGiven::answers, items(0, kQuestionsMax)).or_default()));
  }
};

// The same as it is kept.
struct Attendee : AttendeeNames {
  std::vector<AnswerKept> answers;
  static constexpr auto fields() {
    return join_fields(
        AttendeeNames::fields(),
        field_list(field("answers", &Attendee::answers, items(0, kQuestionsMax)).or_default()));
  }
};

// What an order was asked as a whole.
struct OrderAnswers {
  std::vector<AnswerKept> answers;
  static constexpr auto fields() {
    return field_list(field("answers", &OrderAnswers::answers, items(0, kQuestionsMax)));
  }
};

struct AttendeeView : Attendee {
  std::optional<Id> ticket_id;
  Id ticket_type_id;
  static constexpr auto fields() {
    using View = AttendeeView;
    return join_fields(
        field_list(field("ticket_id", &View::ticket_id).doc("Once the order is paid."),
                   field("ticket_type_id", &View::ticket_type_id)),
        Attendee::fields());
  }
};

struct OrderAttendees {
  std::vector<AnswerKept> answers;
  std::vector<AttendeeView> items;
  static constexpr auto fields() {
    using Self = OrderAttendees;
    return field_list(field("answers", &Self::answers, bilten::items(0, kQuestionsMax)),
                      field("items", &Self::items, bilten::items(0, kOrderTicketsMax)));
  }
};

struct ListOrderAttendees {
  static constexpr std::string_view name = "ticket.order.attendees";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/orders/{order_id}/attendees"},
      .refusals = {"unknown_order"},
      .doc =
          "Whom the tickets of an order are for, and what was answered: for who holds its secret, "
          "the person who made it, and managers. Who gave a ticket away does not see whom to."};
  using Answer = OrderAttendees;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    using Self = ListOrderAttendees;
    return field_list(field("order_id", &Self::order_id),
                      field("secret", &Self::secret, length(0, 64, Format::secret)));
  }
};

struct ChangeAttendee : AttendeeNames {
  static constexpr std::string_view name = "ticket.change_attendee";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "PUT", .path = "/v1/tickets/{ticket_id}/attendee"},
      .refusals = {"unknown_ticket", "ticket_ended", "event_started"},
      .doc =
          "Says anew whom a ticket is for. Answers that are left out stay. The ticket's holder may "
          "until what it is for starts, managers always."};
  using Answer = AttendeeView;
  Id ticket_id;
  std::optional<std::vector<AnswerGiven>> answers;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    using Self = ChangeAttendee;
    return join_fields(field_list(field("ticket_id", &Self::ticket_id)), AttendeeNames::fields(),
                       field_list(field("answers", &Self::answers, items(0, kQuestionsMax)),
                                  field("secret", &Self::secret, length(0, 64, Format::secret))));
  }
};

// A ticket as the organizer sees it: for whom, in whose order.
struct EventAttendee : AttendeeNames {
  Id ticket_id, ticket_type_id, order_id;
  std::string order_code;
  TicketState state = TicketState::valid;
  std::vector<AnswerKept> answers, order_answers;
  static constexpr auto fields() {
    using Self = EventAttendee;
    return join_fields(
        field_list(
            field("ticket_id", &Self::ticket_id), field("ticket_type_id", &Self::ticket_type_id),
            field("order_id", &Self::order_id),
            field("order_code", &Self::order_code, length(1, 16)), field("state", &Self::state)),
        AttendeeNames::fields(),
        field_list(field("answers", &Self::answers, items(0, kQuestionsMax)),
                   field("order_answers", &Self::order_answers, items(0, kQuestionsMax))));
  }
};

struct ListEventAttendees {
  static constexpr std::string_view name = "ticket.attendees";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/attendees"},
      .refusals = {"unknown_event", "role_missing", "invalid"},
      .doc =
          "All tickets of an event with whom they are for; the buyer, where nobody is named. A "
          "page has whole orders, so its last may go beyond the limit. Managers and owners only."};
  using Answer = ListOf<EventAttendee>;
  Id event_id;
  int64_t limit = 100;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    using Self = ListEventAttendees;
    return field_list(field("event_id", &Self::event_id),
                      field("limit", &Self::limit, between(1, 500)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct ReadAttendeesCsv {
  static constexpr std::string_view name = "ticket.attendees_csv";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET",
               .path = "/v1/events/{event_id}/attendees.csv",
               .produces = "text/csv"},
      .refusals = {"unknown_event", "role_missing", "unknown_ticket", "too_large"},
      .budget_ms = 10'000,
      .doc =
          "The same for spreadsheets, a ticket a line (docs/attendees.md): all of them, or a part "
          "where a limit is given; a part without lines is the end. Managers and owners only."};
  using Answer = Content;
  Id event_id;
  std::optional<int64_t> limit;
  std::optional<Id> after;
  static constexpr auto fields() {
    using Self = ReadAttendeesCsv;
    return field_list(
        field("event_id", &Self::event_id),
        field("limit", &Self::limit, between(1, 10'000))
            .doc("The most lines of a part; it may have fewer. Absent: all, or too_large."),
        field("after", &Self::after)
            .doc("The last ticket_id of the part before; absent: the first part, which alone has "
                 "the columns' names."));
  }
};

}  // namespace bilten::api::ticket
