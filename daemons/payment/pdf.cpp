#include "daemons/payment/pdf.h"

#include <cairo/cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <memory>

#include "common/base/time.h"

namespace bilten::payment {
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

// Points of 1/72 inch.
constexpr double kWidth = 595.276, kHeight = 841.89, kMargin = 56, kGap = 20;
constexpr double kLine = kWidth - 2 * kMargin, kHalf = (kLine - kGap) / 2;

struct Style {
  double size = 11;
  int lines = 1;
  double gray = 0;
  PangoAlignment alignment = PANGO_ALIGN_LEFT;
};
constexpr Style kTitle{22, 2}, kText{11, 4}, kLabel{9, 1, 0.35}, kAmount{11, 1},
    kRight{11, 1, 0, PANGO_ALIGN_RIGHT}, kTotal{13, 1}, kTotalRight{13, 1, 0, PANGO_ALIGN_RIGHT};

constexpr const char* kFamilies = "Noto Sans,Noto Sans Arabic,Noto Sans Hebrew,Noto Sans CJK JP";

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

class Page {
 public:
  explicit Page(cairo_t* canvas)
      : canvas_(canvas),
        context_(pango_font_map_create_context(pango_cairo_font_map_get_default())) {
    pango_cairo_update_context(canvas_, context_.get());
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
  }

  void draw(const PrintedDocument& document) {
    double y = write(document.title, {kMargin, kMargin, kLine}, kTitle) + kGap;
    const auto left = draw_party("FROM", document.seller, kMargin, y);
    const auto right = draw_party("TO", document.buyer, kMargin + kHalf + kGap, y);
    y = std::max(left, right) + kGap;
    for (const auto& [what, value] : document.head) {
      write(what, {kMargin, y, kHalf / 2}, kLabel);
      y = write(value, {kMargin + kHalf / 2, y, kLine - kHalf / 2}, kAmount) + 3;
    }
    y += kGap;
    for (size_t i = 0; i < document.amounts.size(); ++i) {
      const bool is_total = i + 1 == document.amounts.size();
      if (is_total) y = draw_rule(y);
      write(document.amounts[i].first, {kMargin, y, kHalf}, is_total ? kTotal : kAmount);
      y = write(document.amounts[i].second, {kMargin + kHalf + kGap, y, kHalf},
                is_total ? kTotalRight : kRight) +
          4;
    }
    cairo_show_page(canvas_);
  }

 private:
  struct Place {
    double x = 0, y = 0, width = 0;
  };

  double draw_party(const char* label, const std::vector<std::string>& lines, double x, double y) {
    if (lines.empty()) return y;
    y = write(label, {x, y, kHalf}, kLabel);
    for (const auto& line : lines) y = write(line, {x, y, kHalf}, kText);
    return y;
  }

  double draw_rule(double y) {
    cairo_set_source_rgb(canvas_, 0, 0, 0);
    cairo_rectangle(canvas_, kMargin, y + 2, kLine, 0.75);
    cairo_fill(canvas_);
    return y + 8;
  }

  // Answers where the text ends.
  double write(const std::string& text, const Place& place, const Style& style) {
    const Layout layout(pango_layout_new(context_.get()));
    const Font font(pango_font_description_from_string(kFamilies));
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), static_cast<int>(place.width * PANGO_SCALE));
    pango_layout_set_height(layout.get(), -style.lines);
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_alignment(layout.get(), style.alignment);
    pango_layout_set_text(layout.get(), drawable(text).c_str(), -1);
    cairo_set_source_rgb(canvas_, style.gray, style.gray, style.gray);
    cairo_move_to(canvas_, place.x, place.y);
    pango_cairo_show_layout(canvas_, layout.get());
    int height = 0;
    pango_layout_get_size(layout.get(), nullptr, &height);
    return place.y + static_cast<double>(height) / PANGO_SCALE;
  }

  cairo_t* canvas_;
  Context context_;
};

cairo_status_t append(void* into, const unsigned char* bytes, unsigned int count) {
  auto& pdf = *static_cast<std::string*>(into);
  if (pdf.size() + count > kPdfMax) return CAIRO_STATUS_WRITE_ERROR;
  pdf.append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> document_pdf(const PrintedDocument& document) {
  std::string pdf;
  const Surface surface(cairo_pdf_surface_create_for_stream(append, &pdf, kWidth, kHeight));
  const auto describe = [&](cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface.get(), what, drawable(text).c_str());
  };
  describe(CAIRO_PDF_METADATA_TITLE, document.title);
  describe(CAIRO_PDF_METADATA_CREATOR, "Bilten");
  describe(CAIRO_PDF_METADATA_CREATE_DATE, rfc3339(document.at / 1000 * 1000));
  {
    const Canvas canvas(cairo_create(surface.get()));
    Page(canvas.get()).draw(document);
  }
  cairo_surface_finish(surface.get());
  const auto status = cairo_surface_status(surface.get());
  if (status == CAIRO_STATUS_SUCCESS) return pdf;
  return Error{Code::internal, "not_printed", cairo_status_to_string(status)};
}

}  // namespace bilten::payment
