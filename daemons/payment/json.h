// JSON that others wrote, taken whole into MessagePack: what we read of it is then judged by field
// lists, with limits and pointers, like any message (docs/decisions/0068).
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace bilten::payment {

// Refused (Code::invalid, reason "malformed_json"): what is longer than so many bytes, is not one
// JSON value, is not UTF-8, nests deeper than kDepthMax, or has whole numbers beyond 64 bits.
Result<std::string> pack_json(std::string_view json, size_t bytes_max);

}  // namespace bilten::payment
