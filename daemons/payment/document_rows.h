// What the payment service remembers of documents. Names and addresses are in the vault: the
// seller's under "seller/<organisation>", an invoice's parties under "invoice/<order>".
#pragma once

#include "common/api/payment_documents.h"
#include "common/base/big_endian.h"
#include "common/store/rows.h"

namespace bilten::payment {

using api::payment::DocumentKind;
using api::payment::DocumentNumber;

// Key: document_key. Never changed, never erased.
struct DocumentRow {
  static constexpr std::string_view table = "document";
  Id event_id, order_id;
  Money amount;
  api::payment::Split split;
  Instant at;
  std::vector<api::payment::DocumentLine> lines = {};
  static constexpr auto fields() {
    using Self = DocumentRow;
    return field_list(
        field("event_id", &Self::event_id), field("order_id", &Self::order_id),
        field("amount", &Self::amount, between(1, kMoneyMax)), field("split", &Self::split),
        field("at", &Self::at),
        field("lines", &Self::lines, items(0, api::payment::kDocumentLinesMax)).or_default());
  }
};

// Key: organisation id, kind, year. How far the numbers are.
struct SeriesRow {
  static constexpr std::string_view table = "document_series";
  int64_t last_number = 0;
  static constexpr auto fields() {
    return field_list(field("last_number", &SeriesRow::last_number, between(1, INT64_MAX)));
  }
};

// Key: order id, then kind, year and number as in document_key.
struct DocumentOfOrder {
  static constexpr std::string_view table = "document_of_order";
  static constexpr auto fields() { return field_list(); }
};

inline std::string series_key(const Id& owner, DocumentKind kind, int64_t year) {
  const char byte = static_cast<char>(kind);
  return std::string(RowKey(owner).text({&byte, 1}).number(static_cast<uint64_t>(year)));
}
// `owner`: the organisation, or the order for its own list.
inline std::string document_key(const Id& owner, const DocumentNumber& number) {
  RowKey key;
  key.text(series_key(owner, number.kind, number.year));
  return std::string(key.number(static_cast<uint64_t>(number.number)));
}
// The number in a key of document_key.
inline DocumentNumber number_in(std::string_view key) {
  CHECK_INVARIANT(key.size() == 33);
  const auto number_at = [&](size_t at) {
    return static_cast<int64_t>(big_endian(key.substr(at, 8)));
  };
  return {static_cast<DocumentKind>(key[16]), number_at(17), number_at(25)};
}

inline std::string seller_key(const Id& organization_id) {
  return std::string(RowKey().text("seller/").id(organization_id));
}
inline std::string invoice_key(const Id& order_id) {
  return std::string(RowKey().text("invoice/").id(order_id));
}

}  // namespace bilten::payment
