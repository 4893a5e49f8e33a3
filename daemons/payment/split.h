// How what a buyer paid divides: into tickets, fees and the tax of each rate. Pure; the parts
// always sum to the whole (docs/ledger.md).
#pragma once

#include <vector>

#include "common/api/ticket_sale_facts.h"

namespace bilten::payment {

// What is in an amount as tax of one rate, hundredths of a percent.
struct TaxPart {
  int64_t rate = 0;
  int64_t amount = 0;
  bool operator==(const TaxPart&) const = default;
  static constexpr auto fields() {
    return field_list(field("rate", &TaxPart::rate, between(0, api::ticket::kRateMax)),
                      field("amount", &TaxPart::amount, between(0, kMoneyMax)));
  }
};

// An amount, divided. Each part is at least 0, in minor units.
struct Split {
  int64_t tickets = 0;         // Without tax.
  int64_t fees = 0;            // That buyers pay on top, without tax.
  std::vector<TaxPart> taxes;  // One for each rate, the lowest first; none of 0.
  bool operator==(const Split&) const = default;
  int64_t total() const;
  static constexpr auto fields() {
    constexpr auto amount = between(0, kMoneyMax);
    return field_list(field("tickets", &Split::tickets, amount),
                      field("fees", &Split::fees, amount),
                      field("taxes", &Split::taxes, items(0, api::ticket::kOrderLinesMax)));
  }
};

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

// What the lines of an order cost, divided; a type without a rate counts as of 0. What an order
// costs is at most kMoneyMax.
Split split_of(const std::vector<api::ticket::Line>& lines, const std::vector<TypeRate>& rates);

// So much of `whole`, at most all of it: in the proportions of what goes from `before` to `after`
// where they differ, else of `whole`.
Split portion(const Split& whole, const Split& before, const Split& after, int64_t amount);

// What is left when `part` was taken. Each of its parts is in `whole`.
Split without(const Split& whole, const Split& part);

}  // namespace bilten::payment
