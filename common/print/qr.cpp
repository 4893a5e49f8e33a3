#include "common/print/qr.h"

#include <qrcodegen/qrcodegen.hpp>

#include "common/base/check.h"

namespace bilten {
namespace {

constexpr size_t kTextMax = 300;

// Of height 1, as a piece of an SVG path.
std::string rectangle(const DarkRun& dark) {
  const auto run = std::to_string(dark.width);
  return 'M' + std::to_string(dark.x) + ',' + std::to_string(dark.y) + 'h' + run + "v1h-" + run +
         'z';
}

}  // namespace

QrModules qr_modules(std::string_view text) {
  CHECK_INVARIANT(text.size() <= kTextMax);
  const std::string terminated(text);
  const auto code =
      qrcodegen::QrCode::encodeText(terminated.c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
  QrModules modules{.side = code.getSize() + 2 * kQuietZone, .dark = {}};
  for (int y = 0; y < code.getSize(); ++y) {
    for (int x = 0; x < code.getSize(); ++x) {
      if (!code.getModule(x, y)) continue;
      const int start = x;
      while (code.getModule(x, y)) ++x;  // Light beyond the edge.
      modules.dark.push_back({start + kQuietZone, y + kQuietZone, x - start});
    }
  }
  return modules;
}

std::string qr_svg(std::string_view text) {
  const auto modules = qr_modules(text);
  const auto side = std::to_string(modules.side);
  std::string path;
  for (const auto& dark : modules.dark) path += rectangle(dark);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" viewBox=\"0 0 " +
         side + ' ' + side +
         "\" shape-rendering=\"crispEdges\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
         "<path fill=\"#000\" d=\"" +
         path + "\"/></svg>\n";
}

}  // namespace bilten
