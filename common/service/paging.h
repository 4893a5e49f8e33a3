// Lists by cursor: the cursor is the key of the last row shown, in base64url, so a page needs no
// state and stays right while rows come and go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/text.h"

namespace bilten {

inline std::string cursor_at(std::string_view key) {
  return base64url(key);
}

// The row key to go on after; empty without a cursor. Refuses (Code::invalid, /cursor) one that was
// not handed out for rows under `prefix` with keys of `key_bytes`; 0: keys of any length.
inline Result<std::string> key_after(const std::optional<std::string>& cursor,
                                     std::string_view prefix, size_t key_bytes = 0) {
  if (!cursor) return std::string();
  auto key = from_base64url(*cursor);
  const bool is_whole = key && (key_bytes == 0 || key->size() == key_bytes);
  if (is_whole && key->starts_with(prefix)) return std::move(*key);
  Error error{Code::invalid, "invalid", "The cursor is not from this list; start without one."};
  error.fields.push_back({"/cursor", "must be the next_cursor of the page before"});
  return error;
}

}  // namespace bilten
