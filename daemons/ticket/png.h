// QR codes as PNG (cairo), for mail and for programs that show no SVG.
#pragma once

#include <string>
#include <string_view>

namespace bilten::ticket {

// Black on white, 8 pixels a module: a ticket code makes about 2 KB. `text` as in qr.h. Takes a few
// milliseconds.
std::string qr_png(std::string_view text);

}  // namespace bilten::ticket
