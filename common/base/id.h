// Ids: UUIDv7 (RFC 9562, section 5.7). The first 48 bits are the millisecond of birth, so rows
// keyed by them land in time order: random keys cost a third of the sale rate.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/random.h"

namespace bilten {

struct Id {
  std::array<uint8_t, 16> bytes{};

  auto operator<=>(const Id&) const = default;
  bool is_nil() const { return *this == Id{}; }
  // The 16 raw bytes, as a row key; valid as long as the id.
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), 16}; }
  std::string text() const;  // "01890a5d-ac96-774b-bcce-b302099a8057"
  static std::optional<Id> parse(std::string_view text);
  static std::optional<Id> from_bytes(std::string_view sixteen);
};

// Fresh ids, rising within one source even inside one millisecond: 12 bits of counter follow the
// time (RFC 9562, section 6.2, method 1), the rest is chance.
class IdSource {
 public:
  explicit IdSource(Random& random) : random_(random) {}
  Id next(UnixMillis now);

 private:
  Random& random_;
  UnixMillis last_ms_ = 0;
  uint16_t counter_ = 0;
};

}  // namespace bilten

template <>
struct std::hash<bilten::Id> {
  size_t operator()(const bilten::Id& id) const {
    uint64_t low = 0;
    for (size_t i = 8; i < 16; ++i) low = low << 8 | id.bytes[i];
    return low;
  }
};
