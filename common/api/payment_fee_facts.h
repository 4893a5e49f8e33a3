// What the payment service records of the platform's fees.
#pragma once

#include <variant>

#include "common/api/ticket_terms.h"

namespace bilten::api::payment {

// Out of whose money the platform takes its fee: of what the organiser earns, or of the fees that
// buyers pay on top, as far as these go.
enum class FeeBearer : uint8_t { organizer, buyer };
constexpr auto names_of(FeeBearer) {
  return std::array<std::string_view, 2>{"organizer", "buyer"};
}

// What the platform takes of each ticket that costs something.
struct FeeTerms {
  int64_t rate = 0;
  int64_t fixed = 0;
  std::optional<int64_t> cap = {};
  FeeBearer bearer = FeeBearer::organizer;
  bool returned = true;
  bool operator==(const FeeTerms&) const = default;
  static constexpr auto fields() {
    using Self = FeeTerms;
    return field_list(
        field("rate", &Self::rate, between(0, ticket::kRateMax))
            .or_default()
            .doc("Of the ticket's price after discounts, hundredths of a percent: 250 is 2.5 %."),
        field("fixed", &Self::fixed, between(0, kMoneyMax))
            .or_default()
            .doc("Minor units on each ticket besides."),
        field("cap", &Self::cap, between(0, kMoneyMax))
            .doc("Minor units; rate and fixed part of a ticket are together never more."),
        field("bearer", &Self::bearer).or_default(),
        field("returned", &Self::returned)
            .or_default()
            .doc("Whether the fee of a ticket that is refunded goes back as well."));
  }
};

struct FeePolicySet {
  static constexpr std::string_view name = "payment.fee_policy_set";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc =
      "From now on the platform takes other fees; orders made before keep theirs.";
  int64_t version = 0;                // From 1, over all organisations and currencies.
  std::optional<Id> organization_id;  // Absent: for all that have no policy of their own.
  std::string currency;
  FeeTerms terms;
  Instant at;
  static constexpr auto fields() {
    using Self = FeePolicySet;
    return field_list(field("version", &Self::version, between(1, INT64_MAX)),
                      field("organization_id", &Self::organization_id),
                      field("currency", &Self::currency, length(3, 3, Format::currency)),
                      field("terms", &Self::terms), field("at", &Self::at));
  }
};

using FeeFacts = std::variant<FeePolicySet>;

}  // namespace bilten::api::payment
