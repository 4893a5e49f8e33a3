// A bad network cable, the same each time: carries packets between two descriptors (TAP devices, or
// any that keep packets apart) with delay, jitter, loss, reorder and duplicates drawn from a seed.
// The kernel here has no netem.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "common/base/random.h"

namespace bilten::test {

// How bad, each way. The default is a perfect cable.
struct Weather {
  int64_t delay_us = 0;
  int64_t jitter_us = 0;  // Each packet takes delay +- jitter, in the order of sending ...
  double loss = 0;        // Share of packets that never arrive.
  double reorder = 0;     // ... but this share does not keep its place.
  double duplicate = 0;   // Share of those that arrive which arrive twice.
};

// What happens to each packet of one direction, decided without a clock of its own.
class Fate {
 public:
  explicit Fate(uint64_t seed) : random_(seed) {}
  // When the packet that comes at `now` is due; nothing: it is lost.
  std::optional<int64_t> of_packet(int64_t now_us, const Weather& weather);
  // Whether the packet just decided arrives twice.
  bool is_doubled(const Weather& weather) { return share() < weather.duplicate; }

 private:
  double share() { return static_cast<double>(random_.below(1'000'000)) / 1e6; }

  SeededRandom random_;
  int64_t last_due_us_ = 0;  // Of those that keep their place.
};

class Emulator {
 public:
  struct Counts {
    uint64_t carried = 0, lost = 0;
  };

  // Takes the descriptors, which must be non-blocking; a thread carries packets until the end.
  Emulator(int left_fd, int right_fd, uint64_t seed);
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  void set(const Weather& weather);
  Counts counts() const { return {carried_, lost_}; }

 private:
  void run(uint64_t seed);
  Weather current();

  const int left_fd_, right_fd_;
  int stop_fd_ = -1;
  std::mutex mutex_;
  Weather weather_;
  std::atomic<uint64_t> carried_{0}, lost_{0};
  std::thread thread_;
};

}  // namespace bilten::test
