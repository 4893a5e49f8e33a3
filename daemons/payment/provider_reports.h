// What a provider says it did with our money, page by page: reconciliation compares it with the
// ledger. A second port beside provider.h, for providers that keep such a book.
#pragma once

#include <string>
#include <vector>

#include "daemons/payment/provider.h"

namespace bilten::payment {

// One line of the provider's balance. `net` is what the balance changed by: amount less fee.
struct ReportLine {
  std::string reference;        // The line's own id.
  std::string category;         // The provider's word: "charge", "refund", "dispute", "payout".
  std::string source;           // What moved the money: the id of a charge, refund, payout.
  std::string money_reference;  // As of IntentView, where the source names it.
  std::optional<Id> payment_id = {}, refund_id = {};  // Where the source hands our metadata back.
  Money amount, fee, net;
  UnixMillis at = 0;
};

struct ReportedPayout {
  std::string reference, state;  // "paid", "pending", "in_transit", "canceled", "failed"
  Money amount;
  UnixMillis at = 0, arrives_at = 0;
};

template <class T>
struct ReportPage {
  std::vector<T> items;
  std::string next;  // Cursor of the page that follows; empty: this was the last.
};

struct ReportQuery {
  std::string payout = {};              // Only lines of that payout; empty: of all.
  std::optional<UnixMillis> from = {};  // Nothing older.
  std::string cursor = {};              // Of the page before; empty: the newest come first.
};

// Errors as of provider.h.
class ProviderReports {
 public:
  virtual ~ProviderReports() = default;
  virtual Result<ReportPage<ReportLine>> balance_lines(const ReportQuery& query) = 0;
  virtual Result<ReportPage<ReportedPayout>> payouts(const ReportQuery& query) = 0;
};

// What may speak for us in a dispute, in our words; empty: nothing to say. At most 20,000
// characters each.
struct Evidence {
  std::string product_description;  // What was sold.
  std::string service_date;         // When the event is.
  std::string access_log;           // When and where the tickets were scanned.
  std::string refund_policy;        // As the buyer saw it.
  std::string customer_email, customer_name;
  std::string more;
};

class ProviderDisputes {
 public:
  virtual ~ProviderDisputes() = default;
  // Puts the evidence on record; `submit` hands it to the bank, after which nothing can be added.
  virtual Status give_evidence(const std::string& dispute, const Evidence& evidence, bool submit,
                               const std::string& key) = 0;
};

}  // namespace bilten::payment
