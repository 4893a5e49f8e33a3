// QR codes (qrcodegen): their modules, and an image of them as SVG.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bilten {

// Light modules that ISO/IEC 18004 asks for on each side.
inline constexpr int kQuietZone = 4;

// A row of dark modules: from x on, `width` of them. Row and column 0 are the quiet zone's.
struct DarkRun {
  int x = 0, y = 0, width = 0;
};
struct QrModules {
  int side = 0;  // Of the whole square, quiet zone included.
  std::vector<DarkRun> dark;
};

// Level M, in the densest mode that has all of the text's characters: base45 is made for the
// alphanumeric one. `text` is of at most 300 bytes. Takes under a millisecond.
QrModules qr_modules(std::string_view text);

// A complete SVG document.
std::string qr_svg(std::string_view text);

}  // namespace bilten
