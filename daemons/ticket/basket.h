// A basket: what is ordered, priced and found to be within every limit.
#pragma once

#include <vector>

#include "daemons/ticket/rows.h"

namespace bilten::ticket {

struct Basket {
  std::vector<Line> lines;
  Money total;
};

// Refuses as decide_order says (core.h), from `invalid` to `sold_out`.
Result<Basket> fill_basket(const Rows& rows, const api::ticket::Order& message,
                           const EventRow& event, UnixMillis now);

int64_t count_tickets(const std::vector<Line>& lines);

}  // namespace bilten::ticket
