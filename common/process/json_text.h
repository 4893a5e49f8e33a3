// Text as JSON has it, for programs without a JSON library.
#pragma once

#include <string>
#include <string_view>

#include "common/base/text.h"

namespace bilten {

// A JSON string; what is not UTF-8 is shown in hex.
inline std::string json_text(std::string_view text) {
  if (!code_points(text)) return "\"hex:" + hex(text) + "\"";
  std::string out = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out.append("\\").append(1, c);
    } else if (static_cast<uint8_t>(c) < 0x20) {
      out.append("\\u00").append(hex(text.substr(i, 1)));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace bilten
