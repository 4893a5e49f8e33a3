// The contract of doors: scans, and taking one back.
#pragma once

#include "common/api/ticket_door_facts.h"
#include "common/api/ticket_tickets.h"

namespace bilten::api::ticket {

struct CheckInView {
  std::string result = "ok";
  Instant at;
  Direction direction = Direction::entry;
  Id check_in_list_id;
  TicketView ticket;
  Text ticket_type_name;
  std::optional<std::string> first_name = {}, gate = {};
  static constexpr auto fields() {
    using View = CheckInView;
    return field_list(field("result", &View::result, length(2, 2)), field("at", &View::at),
                      field("direction", &View::direction),
                      field("check_in_list_id", &View::check_in_list_id),
                      field("ticket", &View::ticket),
                      field("ticket_type_name", &View::ticket_type_name, length(0, 100)),
                      field("first_name", &View::first_name, length(1, 200))
                          .doc("The holder's, where the list shows it."),
                      field("gate", &View::gate, length(1, kGateNameMax)));
  }
};

struct CheckIn {
  static constexpr std::string_view name = "ticket.check_in";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/check-ins", .status = 201},
      .refusals = {"unknown_check_in_list",
                   "role_missing",
                   "nonce_reused",
                   "invalid",
                   "already_redeemed",
                   "wrong_event",
                   "wrong_type",
                   "not_yet",
                   "too_late",
                   "cancelled",
                   "refunded",
                   "revoked",
                   "blocked",
                   "unpaid",
                   "not_inside",
                   "no_exit",
                   "rule",
                   "full",
                   "unknown_gate",
                   "wrong_gate",
                   "scan_undone"},
      .critical = true,
      .devices = true,
      .doc =
          "Lets a ticket in or out, once. A repeated nonce answers as the first time and counts "
          "nothing. Door staff only."};
  using Answer = CheckInView;
  std::optional<std::string> code;
  std::optional<Id> ticket_id;
  Id check_in_list_id;
  Direction direction = Direction::entry;
  std::optional<std::string> gate;
  std::optional<Instant> device_at;
  std::string nonce;
  static constexpr auto fields() {
    return field_list(
        field("code", &CheckIn::code, length(1, 400, Format::secret))
            .doc("As the QR code holds it. Either this or ticket_id."),
        field("ticket_id", &CheckIn::ticket_id)
            .doc("A ticket found by name or order code: for door supervisors, and for door staff "
                 "where the list has admit_by_name."),
        field("check_in_list_id", &CheckIn::check_in_list_id),
        field("direction", &CheckIn::direction).or_default(),
        field("gate", &CheckIn::gate, length(1, kGateNameMax, Format::line))
            .doc("One of the list's gates, where it has some."),
        field("device_at", &CheckIn::device_at).doc("What the scanner's own clock says."),
        field("nonce", &CheckIn::nonce, length(1, 64, Format::line))
            .doc("New for each scan, the same when a scan is sent again."));
  }
};

// ---- taking a scan back ----

struct UndoneView {
  Id id, check_in_list_id, ticket_id;
  Direction direction = Direction::entry;
  Instant at;
  Id by;
  std::optional<std::string> reason = {};
  static constexpr auto fields() {
    using View = UndoneView;
    return field_list(field("id", &View::id), field("check_in_list_id", &View::check_in_list_id),
                      field("ticket_id", &View::ticket_id),
                      field("direction", &View::direction).doc("Of the scan that counts no more."),
                      field("at", &View::at).doc("When it was undone."), field("by", &View::by),
                      field("reason", &View::reason, length(1, 200)));
  }
};

struct UndoCheckIn {
  static constexpr std::string_view name = "ticket.undo_check_in";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/check-ins/undo", .status = 201},
      .refusals = {"unknown_check_in_list", "role_missing", "nonce_reused", "not_scanned"},
      .doc =
          "Takes back a ticket's last scan on a check-in list, as if it had not been made. A "
          "repeated nonce answers as the first time. Door supervisors, managers and owners only."};
  using Answer = UndoneView;
  Id check_in_list_id, ticket_id;
  std::string reason, nonce;
  static constexpr auto fields() {
    return field_list(field("check_in_list_id", &UndoCheckIn::check_in_list_id),
                      field("ticket_id", &UndoCheckIn::ticket_id),
                      field("reason", &UndoCheckIn::reason, length(1, 200, Format::line))
                          .doc("For who reads it later; kept sealed, for it may name persons."),
                      field("nonce", &UndoCheckIn::nonce, length(1, 64, Format::line))
                          .doc("New for each undo, and none of a scan's."));
  }
};

struct ListUndone {
  static constexpr std::string_view name = "ticket.undone_check_ins";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/check-in-lists/{check_in_list_id}/undone"},
      .refusals = {"unknown_check_in_list", "role_missing"},
      .doc = "What was undone on a check-in list, the oldest first, for door supervisors."};
  using Answer = ListOf<UndoneView>;
  Id check_in_list_id;
  int64_t limit = 50;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    return field_list(field("check_in_list_id", &ListUndone::check_in_list_id),
                      field("limit", &ListUndone::limit, between(1, 100)).or_default(),
                      field("cursor", &ListUndone::cursor, length(1, 200)));
  }
};

}  // namespace bilten::api::ticket
