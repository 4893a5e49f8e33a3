#include "common/store/records.h"

#include <cstdio>
#include <cstdlib>

#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::engine {

std::string number_key(uint64_t value) {
  return Parts().number(value).take();
}

std::array<char, kChecksumBytes> checksum(Table table, std::string_view key,
                                          std::string_view value) {
  const uint32_t parts[] = {static_cast<uint32_t>(table), crypto::crc32c(key),
                            crypto::crc32c(value)};
  std::array<char, 4 * 3> joined{};
  for (size_t i = 0; i < joined.size(); ++i) {
    joined[i] = static_cast<char>(parts[i / 4] >> 8 * (i % 4) & 0xFF);
  }
  const uint32_t sum = crypto::crc32c({joined.data(), joined.size()});
  std::array<char, kChecksumBytes> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(sum >> 8 * i & 0xFF);
  return bytes;
}

std::optional<std::string_view> without_checksum(Table table, std::string_view key,
                                                 std::string_view stored) {
  if (stored.size() < kChecksumBytes) return std::nullopt;
  const auto value = stored.substr(kChecksumBytes);
  const auto expected = checksum(table, key, value);
  if (stored.substr(0, kChecksumBytes) != std::string_view(expected.data(), expected.size())) {
    return std::nullopt;
  }
  return value;
}

void end_damaged(Table table, std::string_view key, std::string_view why) {
  // A row's key begins with the name of its own table, which a person can read.
  std::string where(name_of(table));
  const auto end_of_name = key.find('\0');
  if (table == Table::rows && end_of_name != key.npos) {
    where.append(" ").append(key.substr(0, end_of_name));
    key.remove_prefix(end_of_name + 1);
  }
  std::fprintf(stderr,
               "<0>store damaged: %s, key %s: %.*s; stop writing, run the daemon's verify, restore "
               "from a backup\n",
               where.c_str(), hex(key).c_str(), static_cast<int>(why.size()), why.data());
  std::abort();
}

std::optional<std::string_view> get_checked(const Read& read, Table table, std::string_view key) {
  const auto stored = read.get(table, key);
  if (!stored) return std::nullopt;
  const auto value = without_checksum(table, key, *stored);
  if (!value) end_damaged(table, key, "its checksum is wrong");
  return value;
}

void put_checked(Write& write, Table table, std::string_view key, std::string_view value) {
  const auto sum = checksum(table, key, value);
  write.put(table, key, {sum.data(), sum.size()}, value);
}

}  // namespace bilten::engine
