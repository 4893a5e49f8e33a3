// What is remembered of exchanges that wait for their difference.
#pragma once

#include "common/api/ticket_exchange_facts.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// Key: id of the order that holds the difference.
struct ExchangeRow {
  static constexpr std::string_view table = "exchange";
  Id order_id, ticket_id;  // What is exchanged.
  int64_t generation = 1;  // Of the ticket then: it waits for this one only.
  Line line = {};          // What the ticket of the new type costs in whole.
  static constexpr auto fields() {
    return field_list(field("order", &ExchangeRow::order_id),
                      field("ticket", &ExchangeRow::ticket_id),
                      field("generation", &ExchangeRow::generation, between(1, 0xFFFF)),
                      field("line", &ExchangeRow::line));
  }
};

}  // namespace bilten::ticket
