// Finds one field of a frame's ext area where unpacking it all would cost too much: the broker
// looks for a version pin in every request.
#pragma once

#include <cstdint>
#include <string_view>

namespace bilten {

namespace ext_key {
inline constexpr uint8_t kIdempotencyKey = 3;
inline constexpr uint8_t kVersionPin = 12;  // "1.2.0", or "1.2.*" for all that begin with "1.2."
}  // namespace ext_key

// The bytes of the string or binary under a small-integer key (at most 127); "" where there is none
// or the area is not a map of the kind. Allocates nothing, reads nothing beyond `ext`.
std::string_view find_ext(std::string_view ext, uint8_t key);

}  // namespace bilten
