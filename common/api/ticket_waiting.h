// The contract of waiting lists: who waits for tickets of a type that is sold out, and gets offered
// what is released (docs/waiting-list.md).
#pragma once

#include "common/api/ticket_orders.h"
#include "common/api/ticket_waiting_facts.h"

namespace bilten::api::ticket {

// The most who wait for one type.
inline constexpr int64_t kWaitingMax = 10'000;

enum class WaitingState : uint8_t { waiting, offered, accepted, lapsed, left };
constexpr auto names_of(WaitingState) {
  return std::array<std::string_view, 5>{"waiting", "offered", "accepted", "lapsed", "left"};
}

struct WaitingView {
  Id id, event_id, ticket_type_id;
  int64_t quantity = 0;
  WaitingState state = WaitingState::waiting;
  std::optional<int64_t> position = {};
  Instant joined_at = {};
  std::optional<Instant> expires_at = {};
  std::optional<Id> order_id = {};
  std::optional<std::string> secret = {};
  static constexpr auto fields() {
    using View = WaitingView;
    return field_list(
        field("id", &View::id), field("event_id", &View::event_id),
        field("ticket_type_id", &View::ticket_type_id),
        field("quantity", &View::quantity, between(1, kOrderTicketsMax)),
        field("state", &View::state),
        field("position", &View::position, between(1, kWaitingMax))
            .doc("1: the next in line. Only while waiting."),
        field("joined_at", &View::joined_at),
        field("expires_at", &View::expires_at).doc("Accept before; only while offered."),
        field("order_id", &View::order_id).doc("Once accepted."),
        field("secret", &View::secret, length(0, 64, Format::secret))
            .doc("Opens this entry without an account. Told to who joins, and mailed with an "
                 "offer."));
  }
};

struct JoinWaitingList {
  static constexpr std::string_view name = "ticket.waiting_list.join";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/waiting-list",
               .status = 201,
               .location = "/v1/waiting-list/{id}"},
      .refusals = {"unknown_event", "not_on_sale", "unknown_ticket_type", "sales_not_open",
                   "date_cancelled", "sales_closed", "under_minimum", "over_limit", "addon_alone",
                   "total_too_large", "not_sold_out", "already_waiting", "waiting_list_full"},
      .doc =
          "Joins the line for tickets of a type that is sold out, once an address. What is "
          "released is offered in the order of joining; while anybody waits, nobody else is sold "
          "any."};
  using Answer = WaitingView;
  Id event_id, ticket_type_id;
  int64_t quantity = 1;
  Buyer buyer;
  static constexpr auto fields() {
    using Self = JoinWaitingList;
    return field_list(field("event_id", &Self::event_id),
                      field("ticket_type_id", &Self::ticket_type_id),
                      field("quantity", &Self::quantity, between(1, kOrderTicketsMax)),
                      field("buyer", &Self::buyer));
  }
};

// A place in line as the organizer sees it.
struct EventWaiting : WaitingView {
  std::optional<Buyer> buyer;
  static constexpr auto fields() {
    return join_fields(WaitingView::fields(),
                       field_list(field("buyer", &EventWaiting::buyer)
                                      .doc("While waiting or offered; then it is in the order, or "
                                           "forgotten.")));
  }
};

struct ListWaiting {
  static constexpr std::string_view name = "ticket.waiting_list";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/waiting-list"},
      .refusals = {"unknown_event", "role_missing", "invalid"},
      .doc =
          "Who waits for tickets of an event, and who did, in the order of joining. A page may be "
          "short, or empty, and still have a next_cursor. Managers and owners only."};
  using Answer = ListOf<EventWaiting>;
  Id event_id;
  std::optional<WaitingState> state;
  int64_t limit = 100;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    using Self = ListWaiting;
    return field_list(field("event_id", &Self::event_id),
                      field("state", &Self::state).doc("Absent: all."),
                      field("limit", &Self::limit, between(1, 500)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct ReadWaitingEntry {
  static constexpr std::string_view name = "ticket.waiting_list.entry";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/waiting-list/{entry_id}"},
      .refusals = {"unknown_waiting_entry"},
      .doc = "A place in line: for who holds its secret, who joined, and managers."};
  using Answer = WaitingView;
  Id entry_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("entry_id", &ReadWaitingEntry::entry_id),
                      field("secret", &ReadWaitingEntry::secret, length(0, 64, Format::secret)));
  }
};

struct LeaveWaitingList {
  static constexpr std::string_view name = "ticket.waiting_list.leave";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/waiting-list/{entry_id}/leave"},
      .refusals = {"unknown_waiting_entry", "offer_over"},
      .doc =
          "Gives up a place in line, or declines the offer: its places go to the next. Leaving "
          "twice answers the same."};
  using Answer = WaitingView;
  Id entry_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("entry_id", &LeaveWaitingList::entry_id),
                      field("secret", &LeaveWaitingList::secret, length(0, 64, Format::secret)));
  }
};

struct AcceptWaitingOffer {
  static constexpr std::string_view name = "ticket.waiting_list.accept";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST",
               .path = "/v1/waiting-list/offers/{entry_id}/accept",
               .status = 201,
               .location = "/v1/orders/{id}"},
      .refusals = {"unknown_waiting_entry", "not_offered", "offer_over", "not_on_sale",
                   "unknown_ticket_type", "sales_not_open", "date_cancelled", "sales_closed",
                   "under_minimum", "over_limit", "addon_alone", "total_too_large", "sold_out"},
      .budget_ms = 5000,
      .doc =
          "Orders the places that are held for a place in line, at the prices of this moment: paid "
          "at once where they are free, else held as any order. Accepting twice answers the same "
          "order."};
  using Answer = OrderView;
  Id entry_id;
  std::optional<std::string> secret = {};
  std::vector<AttendeeGiven> attendees = {};
  std::vector<AnswerGiven> answers = {};
  static constexpr auto fields() {
    using Self = AcceptWaitingOffer;
    return field_list(field("entry_id", &Self::entry_id),
                      field("secret", &Self::secret, length(0, 64, Format::secret)),
                      field("attendees", &Self::attendees, items(0, kOrderTicketsMax)).or_default(),
                      field("answers", &Self::answers, items(0, kQuestionsMax)).or_default());
  }
};

struct WaitingListMail {
  static constexpr std::string_view name = "ticket.waiting_list_mail";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .refusals = {"unknown_waiting_entry", "offer_over"},
      .doc = "What the mail of an offer needs when it is sent: it is in no fact."};
  struct Answer {
    std::string email, buyer_name, secret;
    Id event_id, ticket_type_id;
    int64_t quantity = 0;
    Instant expires_at;
    static constexpr auto fields() {
      return field_list(field("email", &Answer::email, length(3, 254)),
                        field("name", &Answer::buyer_name, length(1, 200)),
                        field("secret", &Answer::secret, length(1, 64, Format::secret)),
                        field("event_id", &Answer::event_id),
                        field("ticket_type_id", &Answer::ticket_type_id),
                        field("quantity", &Answer::quantity, between(1, kOrderTicketsMax)),
                        field("expires_at", &Answer::expires_at));
    }
  };
  Id entry_id;
  static constexpr auto fields() {
    return field_list(field("entry_id", &WaitingListMail::entry_id));
  }
};

}  // namespace bilten::api::ticket
