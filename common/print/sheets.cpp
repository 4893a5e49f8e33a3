#include "common/print/sheets.h"

#include <cairo/cairo-pdf.h>
#include <pango/pangocairo.h>

#include "common/base/time.h"

namespace bilten {
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

// Where a script is in several of the machine's fonts, these come first.
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

cairo_status_t append(void* into, const unsigned char* bytes, unsigned int count) {
  auto& pdf = *static_cast<std::string*>(into);
  if (pdf.size() + count > kPdfMax) return CAIRO_STATUS_WRITE_ERROR;
  pdf.append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

struct Sheets::Drawing {
  std::string pdf;
  Surface surface{cairo_pdf_surface_create_for_stream(append, &pdf, kSheetWidth, kSheetHeight)};
  Canvas canvas{cairo_create(surface.get())};
  Context context{pango_font_map_create_context(pango_cairo_font_map_get_default())};
};

Sheets::Sheets(const About& about) : drawing_(std::make_unique<Drawing>()) {
  const auto describe = [&](cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(drawing_->surface.get(), what, drawable(text).c_str());
  };
  describe(CAIRO_PDF_METADATA_TITLE, about.title);
  describe(CAIRO_PDF_METADATA_CREATOR, "Bilten");
  describe(CAIRO_PDF_METADATA_CREATE_DATE, rfc3339(about.at / 1000 * 1000));
  auto* const context = drawing_->context.get();
  if (!about.language.empty()) {
    pango_context_set_language(context, pango_language_from_string(about.language.c_str()));
  }
  pango_cairo_update_context(drawing_->canvas.get(), context);
  pango_context_set_round_glyph_positions(context, FALSE);
}

Sheets::~Sheets() = default;

double Sheets::write(const std::string& text, const TextPlace& place, const TextStyle& style) {
  auto* const canvas = drawing_->canvas.get();
  const Layout layout(pango_layout_new(drawing_->context.get()));
  const Font font(pango_font_description_from_string(kFamilies));
  pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_width(layout.get(), static_cast<int>(place.width * PANGO_SCALE));
  pango_layout_set_height(layout.get(), -style.lines);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
  pango_layout_set_alignment(layout.get(), style.at_right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_set_text(layout.get(), drawable(text).c_str(), -1);
  cairo_set_source_rgb(canvas, style.gray, style.gray, style.gray);
  cairo_move_to(canvas, place.x, place.y);
  pango_cairo_show_layout(canvas, layout.get());
  int height = 0;
  pango_layout_get_size(layout.get(), nullptr, &height);
  return place.y + static_cast<double>(height) / PANGO_SCALE;
}

void Sheets::fill(const std::vector<Box>& boxes) {
  auto* const canvas = drawing_->canvas.get();
  cairo_set_source_rgb(canvas, 0, 0, 0);
  for (const auto& box : boxes) cairo_rectangle(canvas, box.x, box.y, box.width, box.height);
  cairo_fill(canvas);
}

void Sheets::end_sheet() {
  cairo_show_page(drawing_->canvas.get());
}

Result<std::string> Sheets::finish() {
  drawing_->canvas.reset();
  cairo_surface_finish(drawing_->surface.get());
  switch (const auto status = cairo_surface_status(drawing_->surface.get())) {
    case CAIRO_STATUS_SUCCESS: return std::move(drawing_->pdf);
    case CAIRO_STATUS_WRITE_ERROR:
      return Error{Code::unprocessable, "too_large",
                   "The PDF is of over a million bytes; print fewer things at once."};
    default: return Error{Code::internal, "not_printed", cairo_status_to_string(status)};
  }
}

}  // namespace bilten
