// CRC-32C (RFC 3720, appendix B.4), by the CPU's instruction or by a table.
#include "common/crypto/crc32c.h"

#include <array>
#include <cstring>

#include "common/crypto/crypto.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace bilten::crypto {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;  // Castagnoli's, bits reversed.

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) ? value >> 1 ^ kPolynomial : value >> 1;
    table[i] = value;
  }
  return table;
}
constexpr auto kTable = make_table();

}  // namespace

uint32_t crc32c_by_table(std::string_view bytes) {
  uint32_t crc = UINT32_MAX;
  for (char c : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(c)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

#if defined(__x86_64__)

bool has_crc32c_instruction() {
  return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) uint32_t crc32c_by_instruction(std::string_view bytes) {
  uint64_t crc = UINT32_MAX;
  for (; bytes.size() >= sizeof(uint64_t); bytes.remove_prefix(sizeof(uint64_t))) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    crc = _mm_crc32_u64(crc, word);
  }
  auto narrow = static_cast<uint32_t>(crc);
  for (char c : bytes) narrow = _mm_crc32_u8(narrow, static_cast<uint8_t>(c));
  return ~narrow;
}

#else

bool has_crc32c_instruction() {
  return false;
}
uint32_t crc32c_by_instruction(std::string_view bytes) {
  return crc32c_by_table(bytes);
}

#endif

uint32_t crc32c(std::string_view bytes) {
  static const auto fastest = has_crc32c_instruction() ? crc32c_by_instruction : crc32c_by_table;
  return fastest(bytes);
}

}  // namespace bilten::crypto
