// One simulated run's time, chance and memory: a queue of things to happen on a virtual clock, the
// hash of all that happened, and the story in words for whoever reads about a failure.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "tests/sim/coverage.h"

namespace bilten::sim {

constexpr SteadyMicros kMillisecond = 1'000;
constexpr SteadyMicros kSecond = 1'000'000;
constexpr SteadyMicros kNever = INT64_MAX;

class World {
 public:
  World(uint64_t seed, bool telling) : chance(seed), telling_(telling) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  SteadyMicros now() const { return now_; }
  UnixMillis wall_ms() const { return kBirth + passed_ms_ + now_ / kMillisecond; }
  // All clocks go on by so much, in which nothing happens.
  void let_pass(int64_t milliseconds) { passed_ms_ += milliseconds; }

  // Things due at the same time happen in the order in which they were put in.
  void at(SteadyMicros when, std::function<void()> what);
  void after(SteadyMicros delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }
  // Lets the next thing happen; false: nothing is due before `until`.
  bool run_next(SteadyMicros until);
  // Looked at now and then. True: `done` came true; false: the time was over first, or something is
  // broken.
  template <class Done>
  bool run_until(SteadyMicros until, Done done) {
    SteadyMicros look_at = now_;
    while (!failed() && run_next(until)) {
      if (now_ < look_at) continue;
      look_at = now_ + kLook;
      if (done()) return true;
    }
    return false;
  }
  void run_for(SteadyMicros length) {
    run_until(now_ + length, [] { return false; });
  }

  SteadyMicros between(SteadyMicros least, SteadyMicros most);
  bool happens(uint32_t per_mille) { return chance.below(1000) < per_mille; }

  // Every frame, commit and fault goes in here: two runs are the same if their hashes are.
  void trace(uint64_t what, std::string_view bytes);
  uint64_t trace_hash() const { return hash_; }

  bool telling() const { return telling_; }
  // Only where telling(): making the words costs more than what they tell of.
  void tell(std::string line);
  const std::deque<std::string>& story() const { return story_; }

  // The first reason stays.
  void fail(std::string why);
  bool failed() const { return !failure_.empty(); }
  const std::string& failure() const { return failure_; }

  SeededRandom chance;
  Coverage coverage;

 private:
  static constexpr UnixMillis kBirth = 1'795'000'000'000;
  static constexpr size_t kStoryMax = 60;
  static constexpr SteadyMicros kLook = 50 * kMillisecond;

  struct Due {
    SteadyMicros at = 0;
    uint64_t number = 0;
    std::function<void()> what;
  };
  static bool later(const Due& a, const Due& b) {
    return a.at != b.at ? a.at > b.at : a.number > b.number;
  }

  SteadyMicros now_ = kSecond;
  int64_t passed_ms_ = 0;
  uint64_t number_ = 0;
  std::vector<Due> due_;  // A heap, the earliest first.
  uint64_t hash_ = 0;
  bool telling_;
  std::deque<std::string> story_;
  std::string failure_;
};

}  // namespace bilten::sim
