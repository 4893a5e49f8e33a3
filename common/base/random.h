// Chance as data: whoever needs it is handed a source. SystemRandom (common/crypto) reads the
// kernel's generator; SeededRandom repeats itself, for tests and the simulator only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bilten {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(void* into, size_t bytes) = 0;

  uint64_t next() {
    uint64_t value = 0;
    fill(&value, sizeof value);
    return value;
  }
  // Uniform in [0, bound); bound > 0. Rejection keeps it unbiased.
  uint64_t below(uint64_t bound) {
    const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
      const uint64_t value = next();
      if (value < limit) return value % bound;
    }
  }
};

// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and the same on every machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void fill(void* into, size_t bytes) override;

 private:
  uint64_t state_;
};

}  // namespace bilten
