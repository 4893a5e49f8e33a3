// A document on paper: one sheet, or as many as its lines need.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten::payment {

// A row of the table; empty where there is nothing to say.
struct PrintedLine {
  std::string what, count, price, amount;
};

// What the page says. Each text is one paragraph; what does not fit its place is cut with an
// ellipsis.
struct PrintedDocument {
  std::string title;                                      // "Invoice I-2027-000001"
  std::vector<std::string> seller, buyer;                 // Paragraphs; empty: not known.
  std::vector<std::pair<std::string, std::string>> head;  // What, and its value.
  std::vector<PrintedLine> lines;
  std::pair<std::string, std::string> total;
  std::vector<std::pair<std::string, std::string>> taxes;  // Within the total.
  UnixMillis at = 0;
};

// The same document gives the same bytes. Takes some 10 ms: for the slow pool. Any thread. Refused:
// as Sheets::finish (common/print/sheets.h).
Result<std::string> document_pdf(const PrintedDocument& document);

}  // namespace bilten::payment
