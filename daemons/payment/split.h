// How what a buyer paid divides: into tickets, fees and the tax of each rate. Pure; the parts
// always sum to the whole (docs/ledger.md).
#pragma once

#include <vector>

#include "common/api/payment_split.h"
#include "common/api/ticket_sale_facts.h"

namespace bilten::payment {

using api::payment::Split;
using api::payment::TaxPart;

// At what rate a ticket type was taxed when it was ordered.
struct TypeRate {
  Id ticket_type_id;
  int64_t rate = 0;
  bool operator==(const TypeRate&) const = default;
  static constexpr auto fields() {
    return field_list(field("ticket_type_id", &TypeRate::ticket_type_id),
                      field("rate", &TypeRate::rate, between(0, api::ticket::kRateMax)));
  }
};

// 0 where the type has none.
int64_t rate_of(const std::vector<TypeRate>& rates, const Id& ticket_type_id);

// What the lines of an order cost, divided; a type without a rate counts as of 0. What an order
// costs is at most kMoneyMax.
Split split_of(const std::vector<api::ticket::Line>& lines, const std::vector<TypeRate>& rates);

// So much of `whole`, at most all of it: in the proportions of what goes from `before` to `after`
// where they differ, else of `whole`.
Split portion(const Split& whole, const Split& before, const Split& after, int64_t amount);

// What is left when `part` was taken. Each of its parts is in `whole`.
Split without(const Split& whole, const Split& part);

}  // namespace bilten::payment
