// Reads QR images as a scanner does: the modules that an SVG paints, and the text in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bilten::test {

// Which modules are dark, row by row, quiet zone included. Empty: not an image as qr_svg makes it.
using Modules = std::vector<std::vector<bool>>;
Modules modules_of(const std::string& svg);
// The text, by zbarimg; nothing: it reads none.
std::optional<std::string> read_qr(const std::string& svg);

}  // namespace bilten::test
