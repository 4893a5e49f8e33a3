// Instants at the edge: RFC 3339 in and out. Inside, an instant is UnixMillis.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace bilten {

// 9999-12-31T23:59:59.999Z; the earliest is 1970. Both ends keep every text 4-digit-year.
inline constexpr UnixMillis kInstantMax = 253'402'300'799'999;

// "2026-11-23T08:00:00Z", with ".123" only when there are milliseconds.
std::string rfc3339(UnixMillis at);
// Accepts any offset; refuses what RFC 3339 refuses, leap seconds, and instants out of range.
std::optional<UnixMillis> parse_rfc3339(std::string_view text);

}  // namespace bilten
