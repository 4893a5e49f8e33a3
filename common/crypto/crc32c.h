// The two ways to reckon CRC-32C; crc32c() (crypto.h) picks the faster one this CPU has.
#pragma once

#include <cstdint>
#include <string_view>

namespace bilten::crypto {

uint32_t crc32c_by_table(std::string_view bytes);
bool has_crc32c_instruction();
// Only where has_crc32c_instruction().
uint32_t crc32c_by_instruction(std::string_view bytes);

}  // namespace bilten::crypto
