// The contract of doors: check-in lists and scans.
#pragma once

#include "common/api/ticket_door_facts.h"
#include "common/api/ticket_tickets.h"

namespace bilten::api::ticket {

struct CheckInListView {
  Id id, event_id;
  std::string name;
  int64_t admitted = 0, inside = 0, total = 0;
  static constexpr auto fields() {
    using View = CheckInListView;
    return field_list(
        field("id", &View::id), field("event_id", &View::event_id),
        field("name", &View::name, length(1, 100)),
        field("admitted", &View::admitted, between(0, INT64_MAX)).doc("Tickets let in so far."),
        field("inside", &View::inside, between(0, INT64_MAX)).doc("Of these, not gone out again."),
        field("total", &View::total, between(0, INT64_MAX)).doc("Tickets sold that it admits."));
  }
};

struct ListCheckInLists {
  static constexpr std::string_view name = "ticket.check_in_lists";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/check-in-lists"},
      .refusals = {"unknown_event"},
      .doc =
          "The check-in lists of an event with their counters, for members of the organisation."};
  using Answer = ListOf<CheckInListView>;
  Id event_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ListCheckInLists::event_id));
  }
};

struct CheckInView {
  std::string result = "ok";
  Instant at;
  Direction direction = Direction::entry;
  Id check_in_list_id;
  TicketView ticket;
  Text ticket_type_name;
  static constexpr auto fields() {
    using View = CheckInView;
    return field_list(field("result", &View::result, length(2, 2)), field("at", &View::at),
                      field("direction", &View::direction),
                      field("check_in_list_id", &View::check_in_list_id),
                      field("ticket", &View::ticket),
                      field("ticket_type_name", &View::ticket_type_name, length(0, 100)));
  }
};

struct CheckIn {
  static constexpr std::string_view name = "ticket.check_in";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/check-ins", .status = 201},
      .refusals = {"unknown_check_in_list", "role_missing", "nonce_reused", "invalid",
                   "already_redeemed", "wrong_event", "wrong_type", "not_yet", "too_late",
                   "cancelled", "refunded", "revoked", "blocked", "unpaid", "not_inside"},
      .critical = true,
      .doc =
          "Lets a ticket in or out, once. A repeated nonce answers as the first time and counts "
          "nothing. Door staff only."};
  using Answer = CheckInView;
  std::string code;
  Id check_in_list_id;
  Direction direction = Direction::entry;
  std::optional<Instant> device_at;
  std::string nonce;
  static constexpr auto fields() {
    return field_list(
        field("code", &CheckIn::code, length(1, 400, Format::secret))
            .doc("As the QR code holds it."),
        field("check_in_list_id", &CheckIn::check_in_list_id),
        field("direction", &CheckIn::direction).or_default(),
        field("device_at", &CheckIn::device_at).doc("What the scanner's own clock says."),
        field("nonce", &CheckIn::nonce, length(1, 64, Format::line))
            .doc("New for each scan, the same when a scan is sent again."));
  }
};

}  // namespace bilten::api::ticket
