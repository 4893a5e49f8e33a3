#include "daemons/ticket/pdf.h"

#include <glib.h>

#include <cmath>
#include <memory>

#include "common/base/time.h"
#include "common/print/qr.h"
#include "common/print/sheets.h"

namespace bilten::ticket {
namespace {

template <auto free>
struct Freed {
  void operator()(auto* object) const { free(object); }
};
using Zone = std::unique_ptr<GTimeZone, Freed<g_time_zone_unref>>;
using Moment = std::unique_ptr<GDateTime, Freed<g_date_time_unref>>;
using Characters = std::unique_ptr<char, Freed<g_free>>;

// Points. A code's modules are of 1.4 mm, read at arm's length; whole points keep the paths short.
constexpr double kMargin = 56, kModule = 4, kGap = 20;
constexpr double kQrSide = 53 * kModule;              // Of version 7.
constexpr double kColumn = kMargin + kQrSide + kGap;  // Where the text beside the QR code begins.

constexpr TextStyle kTitle{26, 3}, kLead{14, 1}, kText{12, 2}, kSmall{9, 2, 0.35},
    kLabel{8, 1, 0.35}, kValue{13, 3};

std::string wall_time(const std::string& timezone, UnixMillis at, const char* format) {
  const Zone zone(g_time_zone_new_identifier(timezone.c_str()));
  const Moment instant(g_date_time_new_from_unix_utc(at / 1000));
  if (!zone || !instant) return rfc3339(at);
  const Moment local(g_date_time_to_timezone(instant.get(), zone.get()));
  const Characters text(g_date_time_format(local.get(), format));
  return text.get();
}

double draw_event(Sheets& sheets, const Printout& printout, const PrintedTicket& ticket) {
  const auto& zone = printout.timezone;
  const auto below = [&](const std::string& text, double y, const TextStyle& style) {
    return text.empty() ? y : sheets.write(text, {kMargin, y, kSheetWidth - 2 * kMargin}, style);
  };
  double y = below(printout.event_title, kMargin, kTitle) + 8;
  y = below(wall_time(zone, ticket.starts_at, "%A %-d %B %Y, %H:%M"), y, kLead);
  y = below(ticket.label, y, kText);
  const auto day = wall_time(zone, ticket.starts_at, "%F");
  const bool is_same_day = day == wall_time(zone, ticket.doors_at, "%F");
  const auto* format = is_same_day ? "Doors open at %H:%M" : "Doors open %A %-d %B %Y, %H:%M";
  y = below(wall_time(zone, ticket.doors_at, format) + " (" + zone + ")", y, kSmall) + 8;
  y = below(printout.venue_name, y, kText);
  return below(printout.address, y, kSmall);
}

void draw_ticket(Sheets& sheets, const Printout& printout, size_t index, double top) {
  double y = top + kQuietZone * kModule;
  const auto entry = [&](const std::string& label, const std::string& value) {
    if (value.empty()) return;
    const double width = kSheetWidth - kMargin - kColumn;
    y = sheets.write(label, {kColumn, y, width}, kLabel);
    y = sheets.write(value, {kColumn, y, width}, kValue) + 9;
  };
  const auto count = printout.tickets.size();
  entry("TICKET", printout.tickets[index].type_name);
  entry("HOLDER", printout.holder);
  entry("ORDER", printout.order_code);
  if (count > 1) entry("NUMBER", std::to_string(index + 1) + " of " + std::to_string(count));
}

void draw_qr(Sheets& sheets, const std::string& code, double top) {
  std::vector<Box> boxes;
  for (const auto& dark : qr_modules(code).dark) {
    boxes.push_back(
        {kMargin + dark.x * kModule, top + dark.y * kModule, dark.width * kModule, kModule});
  }
  sheets.fill(boxes);
}

void draw(Sheets& sheets, const Printout& printout, size_t index) {
  const auto& ticket = printout.tickets[index];
  const double top = std::round(draw_event(sheets, printout, ticket) + 1.5 * kGap);
  draw_qr(sheets, ticket.code, top);
  draw_ticket(sheets, printout, index, top);
  sheets.write("Ticket " + ticket.id, {kMargin, top + kQrSide + 6, kQrSide}, kLabel);
  sheets.write("Show the code at the door, on paper or on a screen. It lets one person in, once.",
               {kMargin, kSheetHeight - kMargin, kSheetWidth - 2 * kMargin}, kSmall);
  sheets.end_sheet();
}

}  // namespace

Result<std::string> tickets_pdf(const Printout& printout) {
  Sheets sheets(
      {.title = printout.event_title, .at = printout.ordered_at, .language = printout.language});
  for (size_t i = 0; i < printout.tickets.size(); ++i) draw(sheets, printout, i);
  return sheets.finish();
}

}  // namespace bilten::ticket
