// What a basket costs: pure functions of what is ordered, the types' terms, a promo code and the
// time. The rules, and how each currency is rounded, are in docs/pricing.md.
#pragma once

#include <optional>
#include <vector>

#include "common/api/ticket_sale_facts.h"
#include "common/base/clock.h"

namespace bilten::ticket {

// So many tickets of one type that are wanted.
struct Wanted {
  Id ticket_type_id;
  int64_t quantity = 0;
  api::ticket::TypeTerms terms;
  int64_t taken = 0;      // Tickets of the type held and sold before these.
  bool by_promo = false;  // The order's promo code applies to the type.
};

// The lines of an order, each priced whole: a type whose price rises within the order makes
// several. Line by line, total = unit_price * quantity - discount + fee, and + tax where prices do
// not include it. Nothing: an amount passes kMoneyMax.
std::optional<std::vector<api::ticket::Line>> price_lines(const std::vector<Wanted>& wanted,
                                                          const api::ticket::PromoTerms* promo,
                                                          UnixMillis now);

// The same of lines whose types, quantities and unit prices stand already, as those of an order
// that was sold. `wanted` has the terms of each of their types, and the quantity of all its lines.
std::optional<std::vector<api::ticket::Line>> price_standing(
    const std::vector<api::ticket::Line>& lines, const std::vector<Wanted>& wanted,
    const api::ticket::PromoTerms* promo);

// The price of the next ticket when so many are taken.
int64_t current_price(const api::ticket::TypeTerms& terms, int64_t taken, UnixMillis now);

}  // namespace bilten::ticket
