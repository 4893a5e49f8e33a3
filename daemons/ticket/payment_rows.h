// What is remembered of payments beyond an order's own row.
#pragma once

#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// Key: order id. Its payment is disputed, and its tickets are blocked.
struct DisputeRow {
  static constexpr std::string_view table = "dispute";
  std::vector<Id> used = {};  // Of the blocked tickets: had been let in before.
  static constexpr auto fields() {
    return field_list(field("used", &DisputeRow::used, items(0, api::ticket::kOrderTicketsMax)));
  }
};

}  // namespace bilten::ticket
