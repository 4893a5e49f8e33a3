#include "common/base/random.h"

#include <algorithm>
#include <cstring>

namespace bilten {

void SeededRandom::fill(void* into, size_t bytes) {
  auto* out = static_cast<unsigned char*>(into);
  while (bytes > 0) {
    state_ += 0x9E3779B97F4A7C15U;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    const size_t step = std::min(bytes, sizeof z);
    std::memcpy(out, &z, step);
    out += step;
    bytes -= step;
  }
}

}  // namespace bilten
