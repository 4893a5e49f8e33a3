// What is left of an order when some of its tickets are given back: pure functions of the lines it
// was sold by and of the terms of its types today (docs/decisions/0024-repricing.md).
#pragma once

#include <vector>

#include "daemons/ticket/pricing.h"
#include "daemons/ticket/refund_rows.h"

namespace bilten::ticket {

// An order's types, each with its terms as they are today and whether the order's code is for it;
// quantities count for nothing. `promo`: null without a code.
struct TodaysTerms {
  std::vector<Wanted> types;
  const PromoTerms* promo = nullptr;
};

// Neighbours of one type and price make a line, which has no amounts yet.
std::vector<Line> lines_of(const std::vector<StandingTicket>& tickets);

// What `rest` (types, quantities, unit prices; some of `sold`) costs by itself. Priced anew where
// today's terms price `sold` to the amounts it was sold for, and so are the order's own; else each
// line has its part of what was paid for the line it is of.
std::vector<Line> price_rest(const std::vector<Line>& sold, const std::vector<Line>& rest,
                             const TodaysTerms& terms);

int64_t total_of(const std::vector<Line>& lines);
int64_t fees_of(const std::vector<Line>& lines);

// What was paid, and neither given back nor kept, beyond what the rest costs; never below 0.
int64_t left_over(const StandingRow& standing, int64_t rest_total);

}  // namespace bilten::ticket
