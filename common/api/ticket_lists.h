// The contract of check-in lists: their terms and counters, and looking for tickets on one.
#pragma once

#include "common/api/ticket_list_terms.h"
#include "common/api/ticket_tickets.h"

namespace bilten::api::ticket {

struct GateCounts {
  std::string gate;
  int64_t entered = 0, exited = 0;
  static constexpr auto fields() {
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(field("gate", &GateCounts::gate, length(1, kGateNameMax)),
                      field("entered", &GateCounts::entered, limits),
                      field("exited", &GateCounts::exited, limits));
  }
};

struct CheckInListView : ListTerms, ListCounts {
  Id id, event_id;
  int64_t total = 0;
  std::vector<GateCounts> gate_counts = {};
  static constexpr auto fields() {
    using View = CheckInListView;
    return join_fields(
        field_list(field("id", &View::id), field("event_id", &View::event_id)), ListTerms::fields(),
        join_fields(ListCounts::fields(),
                    field_list(field("total", &View::total, between(0, INT64_MAX))
                                   .doc("Tickets sold that it admits."),
                               field("gate_counts", &View::gate_counts, bilten::items(0, 200))
                                   .doc("Of gates it has or had."))));
  }
};

struct AddCheckInList : ListTerms {
  static constexpr std::string_view name = "ticket.add_check_in_list";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/check-in-lists",
               .status = 201,
               .location = "/v1/check-in-lists/{id}"},
      .refusals = {"unknown_event", "role_missing", "unknown_ticket_type", "unknown_date",
                   "too_many_lists"},
      .doc =
          "Adds a check-in list to an event: whom it lets in, where, when, how often, under which "
          "rules (docs/doors.md). Managers and owners only."};
  using Answer = CheckInListView;
  Id event_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("event_id", &AddCheckInList::event_id)),
                       ListTerms::fields());
  }
};

struct ChangeCheckInList {
  static constexpr std::string_view name = "ticket.change_check_in_list";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PATCH", .path = "/v1/check-in-lists/{check_in_list_id}"},
      .refusals = {"unknown_check_in_list", "role_missing", "unknown_ticket_type", "unknown_date"},
      .doc =
          "Changes what is given of a check-in list; who is inside stays inside. Managers and "
          "owners only."};
  using Answer = CheckInListView;
  Id check_in_list_id;
  std::optional<std::string> title, zone;
  std::optional<std::vector<Id>> ticket_type_ids;
  std::optional<std::vector<std::string>> gates;
  std::optional<Instant> opens_at, closes_at;
  std::optional<int64_t> entries_max, capacity;
  std::optional<bool> reentry, exit_scans, show_first_name, admit_by_name;
  std::optional<Rules> rules;
  std::optional<Id> date_id;
  static constexpr auto fields() {
    using Self = ChangeCheckInList;
    return join_fields(
        field_list(
            field("check_in_list_id", &Self::check_in_list_id),
            field("name", &Self::title, length(1, 100, Format::line)),
            field("zone", &Self::zone, length(0, 60, Format::line)),
            field("ticket_type_ids", &Self::ticket_type_ids, bilten::items(0, kTypesPerListMax)),
            field("gates", &Self::gates,
                  bilten::items(0, kGatesMax, length(1, kGateNameMax, Format::line))),
            field("opens_at", &Self::opens_at), field("closes_at", &Self::closes_at)),
        field_list(field("entries_max", &Self::entries_max, between(0, kEntriesMax)),
                   field("capacity", &Self::capacity, between(0, kCapacityMax)),
                   field("reentry", &Self::reentry), field("exit_scans", &Self::exit_scans),
                   field("show_first_name", &Self::show_first_name),
                   field("admit_by_name", &Self::admit_by_name), field("rules", &Self::rules),
                   field("date_id", &Self::date_id)));
  }
};

struct RemoveCheckInList {
  static constexpr std::string_view name = "ticket.remove_check_in_list";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "DELETE", .path = "/v1/check-in-lists/{check_in_list_id}", .status = 204},
      .refusals = {"unknown_check_in_list", "role_missing", "list_in_use"},
      .doc = "Removes a check-in list that nothing was scanned on. Managers and owners only."};
  using Answer = Nothing;
  Id check_in_list_id;
  static constexpr auto fields() {
    return field_list(field("check_in_list_id", &RemoveCheckInList::check_in_list_id));
  }
};

struct ReadCheckInList {
  static constexpr std::string_view name = "ticket.check_in_list";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/check-in-lists/{check_in_list_id}"},
      .refusals = {"unknown_check_in_list", "role_missing"},
      .doc = "A check-in list with its counters, for members of the organisation."};
  using Answer = CheckInListView;
  Id check_in_list_id;
  static constexpr auto fields() {
    return field_list(field("check_in_list_id", &ReadCheckInList::check_in_list_id));
  }
};

struct ListCheckInLists {
  static constexpr std::string_view name = "ticket.check_in_lists";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/check-in-lists"},
      .refusals = {"unknown_event", "role_missing"},
      .devices = true,
      .doc =
          "The check-in lists of an event with their counters, for members of the organisation and "
          "its devices."};
  using Answer = ListOf<CheckInListView>;
  Id event_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ListCheckInLists::event_id));
  }
};

// ---- looking for a ticket ----

struct FoundTicket {
  Id ticket_id, ticket_type_id;
  Text ticket_type_name;
  TicketState state = TicketState::valid;
  std::string order_code;
  std::optional<std::string> holder = {};
  bool inside = false;
  int64_t entries = 0;
  std::optional<Instant> first_at = {};
  std::optional<std::string> first_gate = {};
  static constexpr auto fields() {
    using View = FoundTicket;
    return field_list(
        field("ticket_id", &View::ticket_id), field("ticket_type_id", &View::ticket_type_id),
        field("ticket_type_name", &View::ticket_type_name, length(0, 100)),
        field("state", &View::state), field("order_code", &View::order_code, length(1, 16)),
        field("holder", &View::holder, length(1, 200)), field("inside", &View::inside),
        field("entries", &View::entries, between(0, INT64_MAX))
            .doc("How often it was let in here."),
        field("first_at", &View::first_at).doc("When it was let in here first."),
        field("first_gate", &View::first_gate, length(1, kGateNameMax)));
  }
};

struct FindListTickets {
  static constexpr std::string_view name = "ticket.check_in_list.tickets";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/check-in-lists/{check_in_list_id}/tickets"},
      .refusals = {"unknown_check_in_list", "role_missing"},
      .doc =
          "Tickets that the list admits, of orders whose code begins with the query or whose "
          "holder's name has words that begin with the query's. A page may be short, or empty, "
          "and still have a next_cursor. Door staff only."};
  using Answer = ListOf<FoundTicket>;
  Id check_in_list_id;
  std::string query;
  int64_t limit = 20;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    using Self = FindListTickets;
    return field_list(field("check_in_list_id", &Self::check_in_list_id),
                      field("query", &Self::query, length(3, 100, Format::line))
                          .doc("The front of an order code, or words of a name."),
                      field("limit", &Self::limit, between(1, 100)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

}  // namespace bilten::api::ticket
