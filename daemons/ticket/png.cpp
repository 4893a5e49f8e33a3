#include "daemons/ticket/png.h"

#include <cairo/cairo.h>

#include <memory>

#include "common/base/check.h"
#include "common/print/qr.h"

namespace bilten::ticket {
namespace {

constexpr int kScale = 8;

cairo_status_t append(void* into, const unsigned char* bytes, unsigned int count) {
  static_cast<std::string*>(into)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

std::string qr_png(std::string_view text) {
  const auto modules = qr_modules(text);
  const int pixels = modules.side * kScale;
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_A8, pixels, pixels), cairo_surface_destroy);
  const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> canvas(cairo_create(surface.get()),
                                                                  cairo_destroy);
  // The one channel is written as gray: opaque becomes white, so dark modules are cut out.
  cairo_set_antialias(canvas.get(), CAIRO_ANTIALIAS_NONE);
  cairo_paint(canvas.get());
  cairo_set_operator(canvas.get(), CAIRO_OPERATOR_CLEAR);
  cairo_scale(canvas.get(), kScale, kScale);
  for (const auto& dark : modules.dark) {
    cairo_rectangle(canvas.get(), dark.x, dark.y, dark.width, 1);
  }
  cairo_fill(canvas.get());
  std::string png;
  // Fails only where memory cannot be had.
  CHECK_INVARIANT(cairo_surface_write_to_png_stream(surface.get(), append, &png) ==
                  CAIRO_STATUS_SUCCESS);
  return png;
}

}  // namespace bilten::ticket
