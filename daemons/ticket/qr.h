// QR codes as SVG (qrcodegen).
#pragma once

#include <string>
#include <string_view>

namespace bilten::ticket {

// A complete SVG document with the quiet zone that ISO/IEC 18004 asks for: level M, alphanumeric
// mode. `text` is of base45's characters, at most 300 of them. Takes under a millisecond.
std::string qr_svg(std::string_view text);

}  // namespace bilten::ticket
