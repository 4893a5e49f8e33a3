// What the payment service records of money that organisers owe the platform, and send it.
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::payment {

struct DebtReceived {
  static constexpr std::string_view name = "payment.debt_received";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "An organiser sent the platform money that it owed, as an operator says.";
  Id organization_id;
  Money amount;
  std::string reference;  // Of the transfer, at the bank: no two of an organisation have the same.
  int64_t entry = 0;      // The ledger's, that booked it.
  Instant at;
  static constexpr auto fields() {
    using Self = DebtReceived;
    return field_list(field("organization_id", &Self::organization_id),
                      field("amount", &Self::amount, between(1, kMoneyMax)),
                      field("reference", &Self::reference, length(1, 255)),
                      field("entry", &Self::entry, between(1, INT64_MAX)), field("at", &Self::at));
  }
};

struct DebtReceiptUndone {
  static constexpr std::string_view name = "payment.debt_receipt_undone";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Money that an organiser was said to have sent did not come, or went back: it is owed again.";
  Id organization_id;
  std::string reference;  // As of payment.debt_received.
  Instant at;
  static constexpr auto fields() {
    using Self = DebtReceiptUndone;
    return field_list(field("organization_id", &Self::organization_id),
                      field("reference", &Self::reference, length(1, 255)), field("at", &Self::at));
  }
};

using DebtFacts = std::variant<DebtReceived, DebtReceiptUndone>;

}  // namespace bilten::api::payment
