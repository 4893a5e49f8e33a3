// The contract of ticket types that several dates of an event have alike.
#pragma once

#include "common/api/list.h"
#include "common/wire/contract.h"

namespace bilten::api::ticket {

inline constexpr int64_t kRepeatDatesMax = 100;

struct RepeatedType {
  Id id, date_id;
  static constexpr auto fields() {
    return field_list(field("id", &RepeatedType::id), field("date_id", &RepeatedType::date_id));
  }
};

struct RepeatType {
  static constexpr std::string_view name = "ticket.repeat_type";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/ticket-types/{ticket_type_id}/repeat", .status = 201},
      .refusals = {"unknown_ticket_type", "role_missing", "invalid", "unknown_date",
                   "date_cancelled", "addon_of_date", "too_many_types"},
      .doc =
          "Adds a ticket type for each of some dates of its event, with the terms and the quantity "
          "that the given one has now; quotas over that do not limit them. All of them, or none. "
          "Managers and owners only."};
  using Answer = ListOf<RepeatedType>;
  Id ticket_type_id;
  std::vector<Id> date_ids = {};
  static constexpr auto fields() {
    return field_list(field("ticket_type_id", &RepeatType::ticket_type_id),
                      field("date_ids", &RepeatType::date_ids, bilten::items(1, kRepeatDatesMax)));
  }
};

}  // namespace bilten::api::ticket
