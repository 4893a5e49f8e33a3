// A document on one page of A4, by cairo and Pango. Any script that the machine's fonts have is
// shaped and embedded.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten::payment {

inline constexpr size_t kPdfMax = 1'000'000;  // Bytes; an answer holds a little more.

// What the page says. Each text is one paragraph; what does not fit its place is cut with an
// ellipsis.
struct PrintedDocument {
  std::string title;                                         // "Invoice I-2027-000001"
  std::vector<std::string> seller, buyer;                    // Paragraphs; empty: not known.
  std::vector<std::pair<std::string, std::string>> head;     // What, and its value.
  std::vector<std::pair<std::string, std::string>> amounts;  // At most 20; the last is the total.
  UnixMillis at = 0;
};

// The same document gives the same bytes. Takes some 10 ms: for the slow pool. Any thread.
// Refused: not_printed, where cairo found no memory or the page came to more than kPdfMax.
Result<std::string> document_pdf(const PrintedDocument& document);

}  // namespace bilten::payment
