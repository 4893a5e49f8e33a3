// Tickets to print: PDF pages of A4 by cairo and Pango. Any script that the machine's fonts have is
// shaped, runs in its direction, and is embedded as the few glyphs that are used.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten::ticket {

inline constexpr size_t kPdfMax = 1'000'000;  // Bytes; an answer holds a little more.

struct PrintedTicket {
  std::string id, type_name;
  std::string code;  // For the QR code: base45.
  UnixMillis starts_at = 0, doors_at = 0;
  std::string label = {};  // Of the date that it is for; empty: it has none.
};

// What an order's tickets say. Each text is one paragraph; what does not fit its place is cut with
// an ellipsis.
struct Printout {
  std::string language;  // Of title and names, BCP 47; empty: not known.
  std::string event_title, venue_name, address;
  std::string timezone;  // IANA; wall times are in it.
  std::string order_code;
  std::string holder;  // Empty: not known any more.
  UnixMillis ordered_at = 0;
  std::vector<PrintedTicket> tickets;
};

// One page a ticket; the same printout gives the same bytes. Takes some 10 ms, 7 ms for each
// further page: for the slow pool. Any thread. Refused: too_large, over kPdfMax; not_printed, where
// cairo found no memory.
Result<std::string> tickets_pdf(const Printout& printout);

}  // namespace bilten::ticket
