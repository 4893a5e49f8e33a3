// Rows that many requests read and few change, such as the event that everybody orders of: what a
// thread decoded is kept beside its bytes, so that the same bytes are compared, not decoded again.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/wire/field.h"

namespace bilten {

// A row struct that says `static constexpr bool kReadOften = true` is decoded this way.
template <class Row>
concept ReadOften = Row::kReadOften;

// Of one thread. Decoding depends on the bytes alone, so that nothing here is ever out of date.
template <class Row>
class DecodedRows {
 public:
  static DecodedRows& of_this_thread() {
    thread_local DecodedRows rows;
    return rows;
  }

  // Valid until the next call.
  const Row& decode_once(std::string_view bytes) {
    auto& slot = slots_[std::hash<std::string_view>()(bytes) % slots_.size()];
    if (slot.bytes != bytes) {
      auto row = decode<Row>(bytes);
      CHECK_INVARIANT(row);
      slot.row = std::move(*row);
      slot.bytes = bytes;
    }
    return slot.row;
  }

 private:
  struct Slot {
    std::string bytes;  // Empty: none yet; no row is.
    Row row;
  };
  std::array<Slot, 16> slots_;
};

}  // namespace bilten
