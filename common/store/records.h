// How values stand in the tables: numbers big-endian, and a checksum in front of every value that
// also covers the table and the key, so that a value in the wrong place is as bad as a wrong value.
#pragma once

#include "common/base/big_endian.h"
#include "common/store/engine.h"

namespace bilten::engine {

// Writes the parts of a record one after the other.
class Parts {
 public:
  Parts& byte(uint8_t value) {
    bytes_ += static_cast<char>(value);
    return *this;
  }
  Parts& number(uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(value >> shift & 0xFF);
    return *this;
  }
  Parts& bytes(std::string_view value) {
    bytes_.append(value);
    return *this;
  }
  void reserve(size_t size) { bytes_.reserve(size); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Takes them apart again. Past the end it answers zeros and empty text, and `complete()` is false.
class Takes {
 public:
  explicit Takes(std::string_view bytes) : rest_(bytes) {}

  uint8_t byte() { return static_cast<uint8_t>(big_endian(bytes(1))); }
  uint64_t number() { return big_endian(bytes(8)); }
  std::string_view bytes(size_t count) {
    if (count > rest_.size()) {
      cut_ = true;
      return {};
    }
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  Hash32 hash() {
    Hash32 hash{};
    const auto taken = bytes(hash.size());
    taken.copy(hash.data(), taken.size());
    return hash;
  }
  std::string_view rest() { return bytes(rest_.size()); }
  bool more() const { return !rest_.empty(); }
  bool complete() const { return !cut_ && rest_.empty(); }  // All taken, none missing.

 private:
  std::string_view rest_;
  bool cut_ = false;
};

inline std::string_view view(const Hash32& hash) {
  return {hash.data(), hash.size()};
}
std::string number_key(uint64_t value);

inline constexpr size_t kChecksumBytes = 4;
std::array<char, kChecksumBytes> checksum(Table table, std::string_view key,
                                          std::string_view value);
// The value behind its checksum, or nothing if they disagree.
std::optional<std::string_view> without_checksum(Table table, std::string_view key,
                                                 std::string_view stored);

// Ends the process after one line that names the table and the key, never the value.
[[noreturn]] void end_damaged(Table table, std::string_view key, std::string_view why);

// Checked reading and writing. Damage ends the process.
std::optional<std::string_view> get_checked(const Read& read, Table table, std::string_view key);
void put_checked(Write& write, Table table, std::string_view key, std::string_view value);

}  // namespace bilten::engine
