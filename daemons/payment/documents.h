// Receipts, invoices and credit notes. A number is given in the decision that records the document,
// so that none is lost or given twice, whatever is killed.
#pragma once

#include <map>

#include "common/service/handlers.h"
#include "daemons/payment/document_rows.h"
#include "daemons/payment/rows.h"

namespace bilten::payment {

// Gives the numbers of one decision's documents, and records each. What a decision records is not
// in its rows yet, so all its documents go through one of these.
class Issuer {
 public:
  Issuer(const Rows& rows, Instant now, Effects& effects)
      : rows_(rows), now_(now), effects_(effects) {}

  struct Draft {
    DocumentKind kind = DocumentKind::receipt;
    Id organization_id, event_id, order_id;
    std::string currency;
    api::payment::Split split;
    // Where they sum to another amount than the split, one more makes it up.
    std::vector<api::payment::DocumentLine> lines;
  };
  // Of nothing (a split that sums to 0) no document is made.
  std::optional<api::payment::DocumentIssued> issue(const Draft& draft);

 private:
  const Rows& rows_;
  Instant now_;
  Effects& effects_;
  std::map<std::string, int64_t> last_numbers_;  // By series_key.
};

// "R-2027-000001", and back; nothing: it is no such code.
std::string code_of(const DocumentNumber& number);
std::optional<DocumentNumber> parse_document_code(std::string_view code);

api::payment::DocumentView document_view(const DocumentNumber& number, const DocumentRow& row);
// An order's documents: receipts, then invoices, then credit notes, each by its number.
std::vector<api::payment::DocumentView> documents_of(const Rows& rows, const Id& order_id,
                                                     const Id& organization_id);

// The order is one that the caller may see.
Decided<api::payment::DocumentView> decide_issue_invoice(const Rows& rows, const Context& context,
                                                         const OrderRow& order,
                                                         const api::payment::IssueInvoice& message);
Decided<Nothing> decide_set_seller(const Rows& rows, const Context& context,
                                   const api::payment::SetSeller& message);

// Who stands on a document, from the vault; absent: not known.
struct Parties {
  std::optional<api::payment::Party> seller, buyer;
  static constexpr auto fields() {
    return field_list(field("seller", &Parties::seller), field("buyer", &Parties::buyer));
  }
};
Parties parties_of(const Vault& vault, const Id& organization_id, const Id& order_id,
                   DocumentKind kind);

void apply(Rows& rows, const api::payment::DocumentIssued& fact);
// What a seller is called is no row's business.
void apply(Rows& rows, const api::payment::SellerChanged& fact);

}  // namespace bilten::payment
