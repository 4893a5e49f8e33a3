#include "daemons/ticket/pdf.h"

#include <cairo/cairo-pdf.h>
#include <pango/pangocairo.h>

#include <cmath>
#include <memory>

#include "common/base/time.h"
#include "common/print/qr.h"

namespace bilten::ticket {
namespace {

template <auto free>
struct Freed {
  void operator()(auto* object) const { free(object); }
};
using Surface = std::unique_ptr<cairo_surface_t, Freed<cairo_surface_destroy>>;
using Canvas = std::unique_ptr<cairo_t, Freed<cairo_destroy>>;
using Context = std::unique_ptr<PangoContext, Freed<g_object_unref>>;
using Layout = std::unique_ptr<PangoLayout, Freed<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Freed<pango_font_description_free>>;
using Zone = std::unique_ptr<GTimeZone, Freed<g_time_zone_unref>>;
using Moment = std::unique_ptr<GDateTime, Freed<g_date_time_unref>>;
using Characters = std::unique_ptr<char, Freed<g_free>>;

// Points of 1/72 inch. A code's modules are of 1.4 mm, read at arm's length; whole points keep the
// paths short.
constexpr double kWidth = 595.276, kHeight = 841.89, kMargin = 56, kModule = 4, kGap = 20;
constexpr double kQrSide = 53 * kModule;              // Of version 7.
constexpr double kColumn = kMargin + kQrSide + kGap;  // Where the text beside the QR code begins.

struct Style {
  double size = 12;
  int lines = 1;
  double gray = 0;
};
constexpr Style kTitle{26, 3, 0}, kLead{14, 1, 0}, kText{12, 2, 0}, kSmall{9, 2, 0.35},
    kLabel{8, 1, 0.35}, kValue{13, 3, 0};

// Where a script is in several of the machine's fonts, these come first.
constexpr const char* kFamilies = "Noto Sans,Noto Sans Arabic,Noto Sans Hebrew,Noto Sans CJK JP";

class Pages {
 public:
  Pages(cairo_t* canvas, const std::string& language)
      : canvas_(canvas),
        context_(pango_font_map_create_context(pango_cairo_font_map_get_default())) {
    if (!language.empty()) {
      pango_context_set_language(context_.get(), pango_language_from_string(language.c_str()));
    }
    pango_cairo_update_context(canvas_, context_.get());
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
  }

  void draw(const Printout& printout, size_t index) {
    const auto& ticket = printout.tickets[index];
    const double top = std::round(draw_event(printout, ticket) + 1.5 * kGap);
    draw_qr(ticket.code, top);
    draw_ticket(printout, index, top);
    write("Ticket " + ticket.id, {kMargin, top + kQrSide + 6, kQrSide}, kLabel);
    write("Show the code at the door, on paper or on a screen. It lets one person in, once.",
          {kMargin, kHeight - kMargin, kWidth - 2 * kMargin}, kSmall);
    cairo_show_page(canvas_);
  }

 private:
  struct Place {
    double x = 0, y = 0, width = 0;
  };

  double draw_event(const Printout& printout, const PrintedTicket& ticket);
  void draw_ticket(const Printout& printout, size_t index, double top);
  void draw_qr(const std::string& code, double top);
  // Answers where the text ends.
  double write(const std::string& text, const Place& place, const Style& style);

  cairo_t* canvas_;
  Context context_;
};

std::string wall_time(const std::string& timezone, UnixMillis at, const char* format) {
  const Zone zone(g_time_zone_new_identifier(timezone.c_str()));
  const Moment instant(g_date_time_new_from_unix_utc(at / 1000));
  if (!zone || !instant) return rfc3339(at);
  const Moment local(g_date_time_to_timezone(instant.get(), zone.get()));
  const Characters text(g_date_time_format(local.get(), format));
  return text.get();
}

// Cairo fails on noncharacters (U+FFFE, U+FDD0), which are good UTF-8 everywhere else.
std::string drawable(const std::string& text) {
  std::string out;
  for (const char* at = text.c_str(); *at != '\0';) {
    const char* next = g_utf8_next_char(at);
    const auto c = g_utf8_get_char(at);
    const bool is_character = (c & 0xFFFE) != 0xFFFE && (c < 0xFDD0 || c > 0xFDEF);
    out += is_character ? std::string(at, next) : "\uFFFD";
    at = next;
  }
  return out;
}

double Pages::write(const std::string& text, const Place& place, const Style& style) {
  const Layout layout(pango_layout_new(context_.get()));
  const Font font(pango_font_description_from_string(kFamilies));
  pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_width(layout.get(), static_cast<int>(place.width * PANGO_SCALE));
  pango_layout_set_height(layout.get(), -style.lines);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
  pango_layout_set_text(layout.get(), drawable(text).c_str(), -1);
  cairo_set_source_rgb(canvas_, style.gray, style.gray, style.gray);
  cairo_move_to(canvas_, place.x, place.y);
  pango_cairo_show_layout(canvas_, layout.get());
  int height = 0;
  pango_layout_get_size(layout.get(), nullptr, &height);
  return place.y + static_cast<double>(height) / PANGO_SCALE;
}

double Pages::draw_event(const Printout& printout, const PrintedTicket& ticket) {
  const auto& zone = printout.timezone;
  const auto below = [&](const std::string& text, double y, const Style& style) {
    return text.empty() ? y : write(text, {kMargin, y, kWidth - 2 * kMargin}, style);
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

void Pages::draw_ticket(const Printout& printout, size_t index, double top) {
  double y = top + kQuietZone * kModule;
  const auto entry = [&](const std::string& label, const std::string& value) {
    if (value.empty()) return;
    const double width = kWidth - kMargin - kColumn;
    y = write(label, {kColumn, y, width}, kLabel);
    y = write(value, {kColumn, y, width}, kValue) + 9;
  };
  const auto count = printout.tickets.size();
  entry("TICKET", printout.tickets[index].type_name);
  entry("HOLDER", printout.holder);
  entry("ORDER", printout.order_code);
  if (count > 1) entry("NUMBER", std::to_string(index + 1) + " of " + std::to_string(count));
}

void Pages::draw_qr(const std::string& code, double top) {
  const auto modules = qr_modules(code);
  cairo_set_source_rgb(canvas_, 0, 0, 0);
  for (const auto& dark : modules.dark) {
    cairo_rectangle(canvas_, kMargin + dark.x * kModule, top + dark.y * kModule,
                    dark.width * kModule, kModule);
  }
  cairo_fill(canvas_);
}

cairo_status_t append(void* into, const unsigned char* bytes, unsigned int count) {
  auto& pdf = *static_cast<std::string*>(into);
  if (pdf.size() + count > kPdfMax) return CAIRO_STATUS_WRITE_ERROR;
  pdf.append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> tickets_pdf(const Printout& printout) {
  std::string pdf;
  const Surface surface(cairo_pdf_surface_create_for_stream(append, &pdf, kWidth, kHeight));
  const auto describe = [&](cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface.get(), what, drawable(text).c_str());
  };
  describe(CAIRO_PDF_METADATA_TITLE, printout.event_title);
  describe(CAIRO_PDF_METADATA_CREATOR, "Bilten");
  describe(CAIRO_PDF_METADATA_CREATE_DATE, rfc3339(printout.ordered_at / 1000 * 1000));
  {
    const Canvas canvas(cairo_create(surface.get()));
    Pages pages(canvas.get(), printout.language);
    for (size_t i = 0; i < printout.tickets.size(); ++i) pages.draw(printout, i);
  }
  cairo_surface_finish(surface.get());
  const auto status = cairo_surface_status(surface.get());
  if (status == CAIRO_STATUS_WRITE_ERROR) {
    return Error{Code::unprocessable, "too_large",
                 "The tickets make a PDF of over a million bytes; print them one by one."};
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    return Error{Code::internal, "not_printed", cairo_status_to_string(status)};
  }
  return pdf;
}

}  // namespace bilten::ticket
