// Text as the unsigned bytes that libsodium's functions take.
#pragma once

#include <string_view>

namespace bilten::crypto {

inline unsigned char* octets(char* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
inline const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace bilten::crypto
