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

// The most of one document: what an order was of, and what it is of now, with taxes and fees.
inline constexpr int64_t kDocumentLinesMax = 3 * ticket::kOrderLinesMax;

// item: tickets or add-ons of one type at one price. fees: that the buyer pays on top. tax: of one
// rate, where prices come without it. rest: what the document is more or less than all these, for
// money that moved without a ticket, or fees that are kept.
enum class DocumentLineKind : uint8_t { item, fees, tax, rest };
constexpr auto names_of(DocumentLineKind) {
  return std::array<std::string_view, 4>{"item", "fees", "tax", "rest"};
}

// Amounts are minor units of the document's currency. In a credit note what is taken instead of
// what goes has a quantity and an amount below 0.
struct DocumentLine {
  DocumentLineKind kind = DocumentLineKind::item;
  std::string title = {};
  int64_t quantity = 0, unit_price = 0, discount = 0;
  int64_t rate = 0;
  int64_t amount = 0;
  bool operator==(const DocumentLine&) const = default;
  static constexpr auto fields() {
    using Self = DocumentLine;
    constexpr auto any = between(-kMoneyMax, kMoneyMax);
    return field_list(
        field("kind", &Self::kind),
        field("name", &Self::title, length(0, 100))
            .or_default()
            .doc("Of an item: its ticket type's, as it was then."),
        field("quantity", &Self::quantity,
              between(-ticket::kOrderTicketsMax, ticket::kOrderTicketsMax))
            .or_default(),
        field("unit_price", &Self::unit_price, between(0, kMoneyMax)).or_default(),
        field("discount", &Self::discount, any).or_default().doc("Taken off all of it."),
        field("rate", &Self::rate, between(0, ticket::kRateMax))
            .or_default()
            .doc("Of an item's tax, and of a tax: 1900 is 19 %."),
        field("amount", &Self::amount, any).doc("The lines' sum to the document's."));
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
  std::vector<DocumentLine> lines;  // The same; empty: of an older release.
  static constexpr auto fields() {
    using Self = DocumentIssued;
    return join_fields(
        DocumentNumber::fields(),
        field_list(field("organization_id", &Self::organization_id),
                   field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                   field("amount", &Self::amount, between(1, kMoneyMax)),
                   field("split", &Self::split), field("at", &Self::at),
                   field("lines", &Self::lines, items(0, kDocumentLinesMax)).or_default()));
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
