// What the payment service records of the accounts that organisations have of their own.
#pragma once

#include <variant>

#include "common/api/payment_terms.h"

namespace bilten::api::payment {

struct AccountRefused {
  static constexpr std::string_view name = "payment.account_refused";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "An organisation's own account at a provider cannot be used; staff is to see to its key.";
  Id organization_id, payment_id;  // The payment that it was needed for.
  std::string reason;              // provider_refuses_us, account_missing
  Instant at;
  static constexpr auto fields() {
    using Self = AccountRefused;
    return field_list(field("organization_id", &Self::organization_id),
                      field("payment_id", &Self::payment_id),
                      field("reason", &Self::reason, length(1, 64)), field("at", &Self::at));
  }
};

struct AccountAnswered {
  static constexpr std::string_view name = "payment.account_answered";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "An account that could not be used answers again.";
  Id organization_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &AccountAnswered::organization_id),
                      field("at", &AccountAnswered::at));
  }
};

using AccountFacts = std::variant<AccountRefused, AccountAnswered>;

}  // namespace bilten::api::payment
