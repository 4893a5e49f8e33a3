// What the payment service remembers of the platform's fees.
#pragma once

#include "common/api/payment_fee_facts.h"
#include "common/store/rows.h"

namespace bilten::payment {

using api::payment::FeeTerms;

// Key: version. Never changed, never erased: orders name the version they were made under.
struct FeePolicyRow {
  static constexpr std::string_view table = "fee_policy";
  std::optional<Id> organization_id;  // Absent: the platform's.
  std::string currency;
  FeeTerms terms;
  Instant at;
  static constexpr auto fields() {
    using Self = FeePolicyRow;
    return field_list(field("organization_id", &Self::organization_id),
                      field("currency", &Self::currency, length(3, 3)),
                      field("terms", &Self::terms), field("at", &Self::at));
  }
};

// Key: organisation id (nil: the platform's), currency.
struct CurrentFeePolicy {
  static constexpr std::string_view table = "fee_policy_current";
  int64_t version = 0;
  static constexpr auto fields() {
    return field_list(field("version", &CurrentFeePolicy::version, between(1, INT64_MAX)));
  }
};

// Key: empty.
struct FeePolicyHead {
  static constexpr std::string_view table = "fee_policy_head";
  int64_t last_version = 0;
  static constexpr auto fields() {
    return field_list(field("last_version", &FeePolicyHead::last_version, between(0, INT64_MAX)));
  }
};

inline std::string fee_policy_key(int64_t version) {
  return std::string(RowKey().number(static_cast<uint64_t>(version)));
}
inline std::string current_fee_key(const std::optional<Id>& organization_id,
                                   std::string_view currency) {
  return std::string(RowKey(organization_id.value_or(Id{})).text(currency));
}

}  // namespace bilten::payment
