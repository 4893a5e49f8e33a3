// Tickets to print, each on a sheet of its own.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten::ticket {

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
// further page: for the slow pool. Any thread. Refused: as Sheets::finish (common/print/sheets.h).
Result<std::string> tickets_pdf(const Printout& printout);

}  // namespace bilten::ticket
