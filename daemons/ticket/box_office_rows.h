// What is remembered of orders that the organisation made itself.
#pragma once

#include "common/api/ticket_box_office_facts.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// Key: event id + ticket type id. What was issued, given back tickets included; amounts are minor
// units of the event's currency.
struct BoxOfficeRow {
  static constexpr std::string_view table = "box_office";
  int64_t comps = 0, sold = 0, cash = 0, card = 0;
  static constexpr auto fields() {
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(
        field("comps", &BoxOfficeRow::comps, limits), field("sold", &BoxOfficeRow::sold, limits),
        field("cash", &BoxOfficeRow::cash, limits), field("card", &BoxOfficeRow::card, limits));
  }
};

}  // namespace bilten::ticket
