// The contract of receipts, invoices and credit notes.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_document_facts.h"

namespace bilten::api::payment {

// As printed: R-2027-000001.
inline constexpr Limits kDocumentCode = length(1, 40, Format::line);

// How a document names a party.
struct Party {
  std::string title;
  std::string address;
  std::string tax_id;
  bool operator==(const Party&) const = default;
  static constexpr auto fields() {
    return field_list(field("name", &Party::title, length(1, 200, Format::line)),
                      field("address", &Party::address, length(0, 500)).or_default(),
                      field("tax_id", &Party::tax_id, length(0, 40, Format::line)).or_default());
  }
};

struct DocumentView {
  std::string code;
  DocumentKind kind = DocumentKind::receipt;
  Id event_id, order_id;
  Money amount = {};
  Split split = {};
  Instant at = {};
  std::vector<DocumentLine> lines = {};
  static constexpr auto fields() {
    using Self = DocumentView;
    return field_list(field("code", &Self::code, kDocumentCode), field("kind", &Self::kind),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("amount", &Self::amount, between(1, kMoneyMax)),
                      field("split", &Self::split), field("at", &Self::at),
                      field("lines", &Self::lines, items(0, kDocumentLinesMax))
                          .doc("What it is of; they sum to the amount. None in older ones."));
  }
};

struct ListOrderDocuments {
  static constexpr std::string_view name = "payment.order.documents";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/orders/{order_id}/documents"},
      .refusals = {"unknown_order"},
      .doc =
          "Receipts, invoices and credit notes of an order: for who holds its secret, the "
          "person who made it, and managers."};
  using Answer = ListOf<DocumentView>;
  Id order_id;
  std::optional<std::string> secret = {};
  static constexpr auto fields() {
    return field_list(field("order_id", &ListOrderDocuments::order_id),
                      field("secret", &ListOrderDocuments::secret, length(0, 64, Format::secret)));
  }
};

struct ReadDocumentPdf {
  static constexpr std::string_view name = "payment.document.pdf";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET",
               .path = "/v1/orders/{order_id}/documents/{code}/document.pdf",
               .produces = "application/pdf"},
      .refusals = {"unknown_order", "unknown_document", "not_printed"},
      .budget_ms = 5000,
      .doc = "One of them to print, for the same people."};
  using Answer = Content;
  Id order_id;
  std::string code;
  std::optional<std::string> secret = {};
  static constexpr auto fields() {
    using Self = ReadDocumentPdf;
    return field_list(field("order_id", &Self::order_id), field("code", &Self::code, kDocumentCode),
                      field("secret", &Self::secret, length(0, 64, Format::secret)));
  }
};

struct IssueInvoice : Party {
  static constexpr std::string_view name = "payment.invoice.issue";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/orders/{order_id}/invoice", .status = 201},
      .refusals = {"unknown_order", "no_receipt", "invoice_exists"},
      .doc =
          "Makes out an invoice for what was paid, once: for the same people. What it says stays "
          "as it is, of the seller too."};
  using Answer = DocumentView;
  Id order_id;
  std::optional<std::string> secret = {};
  static constexpr auto fields() {
    return join_fields(
        field_list(field("order_id", &IssueInvoice::order_id),
                   field("secret", &IssueInvoice::secret, length(0, 64, Format::secret))),
        Party::fields());
  }
};

struct ListDocuments {
  static constexpr std::string_view name = "payment.documents";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/documents"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc =
          "All documents of the organisation, by kind, year and number: for owners and managers."};
  using Answer = ListOf<DocumentView>;
  Id organization_id;
  int64_t limit = 50;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListDocuments;
    return field_list(field("organization_id", &Self::organization_id),
                      field("limit", &Self::limit, between(1, 200)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct SetSeller : Party {
  static constexpr std::string_view name = "payment.seller.set";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PUT", .path = "/v1/organizations/{organization_id}/seller"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc =
          "How receipts, invoices and credit notes name the organisation: for owners and "
          "managers."};
  using Answer = Nothing;
  Id organization_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("organization_id", &SetSeller::organization_id)),
                       Party::fields());
  }
};

}  // namespace bilten::api::payment
