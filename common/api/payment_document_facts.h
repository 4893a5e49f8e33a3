// What the payment service records of receipts, invoices and credit notes.
#pragma once

#include <variant>

#include "common/api/payment_split.h"

namespace bilten::api::payment {

// receipt: money came. credit_note: it goes back. invoice: a receipt made out to whom the buyer
// says.
enum class DocumentKind : uint8_t { receipt, invoice, credit_note };
constexpr auto names_of(DocumentKind) {
  return std::array<std::string_view, 3>{"receipt", "invoice", "credit_note"};
}

// Which document: its number goes up by one within its kind, organisation and year (of UTC), and
// none is left out.
struct DocumentNumber {
  DocumentKind kind = DocumentKind::receipt;
  int64_t year = 1970;
  int64_t number = 1;
  bool operator==(const DocumentNumber&) const = default;
  static constexpr auto fields() {
    using Self = DocumentNumber;
    return field_list(field("kind", &Self::kind), field("year", &Self::year, between(1970, 9999)),
                      field("number", &Self::number, between(1, INT64_MAX)));
  }
};

struct DocumentIssued : DocumentNumber {
  static constexpr std::string_view name = "payment.document_issued";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A receipt, an invoice or a credit note exists. Whom an invoice is made out to: in the "
      "vault.";
  Id organization_id, event_id, order_id;
  Money amount;
  Split split;  // Sums to the amount.
  Instant at;
  static constexpr auto fields() {
    using Self = DocumentIssued;
    return join_fields(
        DocumentNumber::fields(),
        field_list(field("organization_id", &Self::organization_id),
                   field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                   field("amount", &Self::amount, between(1, kMoneyMax)),
                   field("split", &Self::split), field("at", &Self::at)));
  }
};

// The organisation says how its documents name it; what, stands in the vault.
struct SellerChanged {
  static constexpr std::string_view name = "payment.seller_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "An organisation's documents name it by other words from now on.";
  Id organization_id, person_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &SellerChanged::organization_id),
                      field("person_id", &SellerChanged::person_id),
                      field("at", &SellerChanged::at));
  }
};

using DocumentFacts = std::variant<DocumentIssued, SellerChanged>;

}  // namespace bilten::api::payment
