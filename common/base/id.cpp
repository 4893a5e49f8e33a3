#include "common/base/id.h"

#include <algorithm>
#include <cstring>

namespace bilten {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_dash_place(size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

}  // namespace

std::string Id::text() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (size_t i = 0; i < 16; ++i) {
    if (is_dash_place(out.size())) out += '-';
    out += kHex[bytes[i] >> 4];
    out += kHex[bytes[i] & 15];
  }
  return out;
}

std::optional<Id> Id::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Id id;
  size_t nibble = 0;
  for (size_t i = 0; i < 36; ++i) {
    if (is_dash_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = id.bytes[nibble / 2];
    byte = static_cast<uint8_t>(byte << 4 | value);
    ++nibble;
  }
  return id;
}

std::optional<Id> Id::from_bytes(std::string_view sixteen) {
  if (sixteen.size() != 16) return std::nullopt;
  Id id;
  std::memcpy(id.bytes.data(), sixteen.data(), 16);
  return id;
}

Id IdSource::next(UnixMillis now) {
  if (now > last_ms_) {
    last_ms_ = now;
    // Half the counter's range is left free, so that a burst does not run over.
    counter_ = static_cast<uint16_t>(random_.next() & 0x7FF);
  } else if (++counter_ > 0xFFF) {
    ++last_ms_;
    counter_ = 0;
  }
  Id id;
  for (size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<uint8_t>(last_ms_ >> (8 * (5 - i)));
  }
  random_.fill(id.bytes.data() + 8, 8);
  id.bytes[6] = static_cast<uint8_t>(0x70 | counter_ >> 8);
  id.bytes[7] = static_cast<uint8_t>(counter_ & 0xFF);
  id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

}  // namespace bilten
