// What may be done five times an hour: a holder's offers, an order's mails, an address's look-ups.
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/store/rows.h"

namespace bilten::ticket {

inline constexpr size_t kRecentMax = 5;
inline constexpr UnixMillis kRecentWithin = UnixMillis{60} * 60'000;

// Key: what is counted + whose. When it was done last, the oldest first.
struct RecentRow {
  static constexpr std::string_view table = "recent";
  std::vector<Instant> at;
  static constexpr auto fields() {
    return field_list(field("at", &RecentRow::at, items(1, static_cast<int64_t>(kRecentMax))));
  }
};

// Each has its word, so that they are counted apart.
inline std::string recent_key(std::string_view what, std::string_view whose) {
  return std::string(what).append("/").append(whose);
}

// How long the next must wait until the first of the five is an hour old; nothing: it need not.
inline std::optional<uint32_t> recent_wait(const Rows& rows, std::string_view key, UnixMillis now) {
  const auto row = rows.find<RecentRow>(key);
  if (!row || row->at.size() < kRecentMax) return std::nullopt;
  const auto wait = row->at.front().ms + kRecentWithin - now;
  return wait > 0 ? std::optional(static_cast<uint32_t>(wait)) : std::nullopt;
}

inline void note_recent(Rows& rows, std::string_view key, Instant at) {
  auto row = rows.find<RecentRow>(key).value_or(RecentRow{});
  if (row.at.size() == kRecentMax) row.at.erase(row.at.begin());
  row.at.push_back(at);
  rows.save(key, row);
}

}  // namespace bilten::ticket
