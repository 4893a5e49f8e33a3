// A basket: what is wanted, priced and found to be within every limit.
#pragma once

#include <vector>

#include "daemons/ticket/rows.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

// What is wanted, by whom, of what.
struct Wish {
  const Id& event_id;
  const EventRow& event;
  const api::ticket::Basket& basket;
  std::string_view buyer = {};        // Hash of the address; empty: not known yet.
  const Id* changed_id = nullptr;     // The held order that is to become this one,
  const OrderRow* changed = nullptr;  // whose places and code count as free for it.
};

struct PricedBasket {
  std::vector<Line> lines;
  Money total;
  std::optional<PromoUse> promo;
};

// Refuses as decide_order says (core.h), from `unknown_promo_code` to `sold_out`.
Result<PricedBasket> fill_basket(const Rows& rows, const Wish& wish, UnixMillis now);

// What a basket and an order of staff are refused with alike.
Error type_twice(size_t index);
Error total_too_large();
Error sold_out(const Shortage& shortage);
// Nothing: beyond kMoneyMax.
std::optional<int64_t> sum_of(const std::vector<Line>& lines);

int64_t count_tickets(const std::vector<Line>& lines);
api::ticket::Sums sums_of(const std::vector<Line>& lines, const Money& total);
std::vector<api::ticket::OrderLine> view_of_lines(const std::vector<Line>& lines,
                                                  const std::string& currency);

}  // namespace bilten::ticket
