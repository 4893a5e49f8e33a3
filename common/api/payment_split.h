// What a price is made of: tickets, fees that buyers pay on top, and the tax of each rate.
#pragma once

#include "common/api/ticket_terms.h"

namespace bilten::api::payment {

// What is in an amount as tax of one rate, hundredths of a percent.
struct TaxPart {
  int64_t rate = 0;
  int64_t amount = 0;
  bool operator==(const TaxPart&) const = default;
  static constexpr auto fields() {
    return field_list(field("rate", &TaxPart::rate, between(0, ticket::kRateMax))
                          .doc("Hundredths of a percent: 1900 is 19 %."),
                      field("amount", &TaxPart::amount, between(0, kMoneyMax)));
  }
};

// An amount, divided. Each part is at least 0, in minor units.
struct Split {
  int64_t tickets = 0;
  int64_t fees = 0;
  std::vector<TaxPart> taxes = {};
  bool operator==(const Split&) const = default;
  int64_t total() const {
    int64_t sum = tickets + fees;
    for (const auto& tax : taxes) sum += tax.amount;
    return sum;
  }
  static constexpr auto fields() {
    constexpr auto amount = between(0, kMoneyMax);
    return field_list(field("tickets", &Split::tickets, amount).doc("Without tax."),
                      field("fees", &Split::fees, amount).doc("On top, without tax."),
                      field("taxes", &Split::taxes, items(0, ticket::kOrderLinesMax))
                          .doc("One for each rate, the lowest first."));
  }
};

}  // namespace bilten::api::payment
