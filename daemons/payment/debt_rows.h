// What the payment service remembers of money that organisers owed the platform and sent.
#pragma once

#include "common/api/payment_debts.h"
#include "daemons/payment/ledger_rows.h"

namespace bilten::payment {

// Key: organisation id, its entry's number with its bits turned: the newest first.
struct DebtReceiptRow : api::payment::DebtReceiptView {
  static constexpr std::string_view table = "debt_receipt";
};

// Key: organisation id, the reference of a receipt.
struct DebtReferenceRow {
  static constexpr std::string_view table = "debt_reference";
  int64_t entry = 0;
  static constexpr auto fields() {
    return field_list(field("entry", &DebtReferenceRow::entry, between(1, INT64_MAX)));
  }
};

inline std::string debt_receipt_key(const Id& organization_id, int64_t entry) {
  return std::string(RowKey(organization_id).number(~static_cast<uint64_t>(entry)));
}
inline std::string debt_reference_key(const Id& organization_id, std::string_view reference) {
  return std::string(RowKey(organization_id).text(reference));
}

}  // namespace bilten::payment
