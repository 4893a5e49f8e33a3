// Path and query parameters: decoded once, strictly, and packed by the field they name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transcode.h"

namespace bilten::gateway {

// One percent-decoding; nothing if it is broken or does not give UTF-8 text without control
// characters. In a query a plus is a space.
std::optional<std::string> percent_decode(std::string_view encoded, bool plus_is_space);

// "a=1&b=2&a=3" -> a: [1, 3], b: [2]. The names live in `text` and in `decoded_names`.
// Refuses (Code::invalid) more than kParametersMax parameters and what does not decode.
inline constexpr size_t kParametersMax = 200;
Result<std::vector<Parameter>> read_query(std::string_view query,
                                          std::vector<std::string>& decoded_names);

}  // namespace bilten::gateway
