#include "common/base/text.h"

#include <array>

namespace bilten {
namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 0;  // 0: not UTF-8.
};

// RFC 3629, section 4.
CodePoint decode_one(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  uint32_t value = first & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  static constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeast[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_domain_label(std::string_view label) {
  if (label.empty() || label.size() > 63) return false;
  for (char c : label) {
    if (!is_word(c) && c != '-') return false;
  }
  return label.front() != '-' && label.back() != '-';
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
constexpr std::string_view kHex = "0123456789abcdef";

template <size_t N>
constexpr std::array<int8_t, 256> reverse(const std::string_view alphabet) {
  std::array<int8_t, 256> table{};
  table.fill(-1);
  for (size_t i = 0; i < N; ++i) table[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
  return table;
}
constexpr auto kBase64Value = reverse<64>(kBase64);
constexpr auto kBase45Value = reverse<45>(kBase45);
constexpr auto kHexValue = reverse<16>(kHex);

int value_in(const std::array<int8_t, 256>& table, char c) {
  return table[static_cast<uint8_t>(c)];
}

}  // namespace

std::optional<size_t> code_points(std::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    const auto one = decode_one(text);
    if (one.bytes == 0) return std::nullopt;
    text.remove_prefix(one.bytes);
    ++count;
  }
  return count;
}

const char* text_fault(std::string_view text) {
  while (!text.empty()) {
    const auto one = decode_one(text);
    if (one.bytes == 0) return "must be UTF-8";
    const bool space = one.value == '\t' || one.value == '\n' || one.value == '\r';
    if ((one.value < 0x20 && !space) || (one.value >= 0x7F && one.value < 0xA0)) {
      return "must not contain control characters";
    }
    text.remove_prefix(one.bytes);
  }
  return nullptr;
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  for (char c : text.substr(0, at)) {
    if (!is_word(c) && std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) == std::string_view::npos) {
      return false;
    }
  }
  auto domain = text.substr(at + 1);
  for (;;) {
    const auto dot = domain.find('.');
    if (!is_domain_label(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

std::string base64url(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  uint32_t bits = 0;
  int held = 0;
  for (char c : bytes) {
    bits = bits << 8 | static_cast<uint8_t>(c);
    for (held += 8; held >= 6; held -= 6) out += kBase64[bits >> (held - 6) & 63];
  }
  if (held > 0) out += kBase64[bits << (6 - held) & 63];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    const int value = value_in(kBase64Value, c);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xFF);
    }
  }
  if ((bits & ((1U << held) - 1)) != 0) return std::nullopt;  // Bits that encode nothing.
  return out;
}

std::string base45(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 3 + 1) / 2);
  for (size_t i = 0; i < bytes.size(); i += 2) {
    uint32_t n = static_cast<uint8_t>(bytes[i]);
    const bool pair = i + 1 < bytes.size();
    if (pair) n = n << 8 | static_cast<uint8_t>(bytes[i + 1]);
    out += kBase45[n % 45];
    out += kBase45[n / 45 % 45];
    if (pair) out += kBase45[n / (45 * 45)];
  }
  return out;
}

std::optional<std::string> from_base45(std::string_view text) {
  if (text.size() % 3 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 2 / 3);
  for (size_t i = 0; i < text.size(); i += 3) {
    const bool three = i + 2 < text.size();
    const int c = value_in(kBase45Value, text[i]);
    const int d = value_in(kBase45Value, text[i + 1]);
    const int e = three ? value_in(kBase45Value, text[i + 2]) : 0;
    if (c < 0 || d < 0 || e < 0) return std::nullopt;
    const int n = c + d * 45 + e * 45 * 45;
    if (n > (three ? 0xFFFF : 0xFF)) return std::nullopt;
    if (three) out += static_cast<char>(n >> 8);
    out += static_cast<char>(n & 0xFF);
  }
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    out += kHex[static_cast<uint8_t>(c) >> 4];
    out += kHex[static_cast<uint8_t>(c) & 15];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = value_in(kHexValue, text[i]);
    const int low = value_in(kHexValue, text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

}  // namespace bilten
