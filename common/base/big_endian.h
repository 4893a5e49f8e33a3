// Numbers as bytes, the most significant first: as they stand in keys of rows, codes and frames.
#pragma once

#include <cstdint>
#include <string_view>

namespace bilten {

// Of at most eight bytes; of none it is 0.
inline uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

}  // namespace bilten
