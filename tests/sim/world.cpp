#include "tests/sim/world.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace bilten::sim {

void World::at(SteadyMicros when, std::function<void()> what) {
  due_.push_back({std::max(when, now_), ++number_, std::move(what)});
  std::push_heap(due_.begin(), due_.end(), later);
}

bool World::run_next(SteadyMicros until) {
  if (due_.empty() || due_.front().at >= until) {
    now_ = std::max(now_, until);
    return false;
  }
  std::pop_heap(due_.begin(), due_.end(), later);
  Due next = std::move(due_.back());
  due_.pop_back();
  now_ = next.at;
  next.what();
  return true;
}

SteadyMicros World::between(SteadyMicros least, SteadyMicros most) {
  return least + static_cast<SteadyMicros>(chance.below(static_cast<uint64_t>(most - least) + 1));
}

void World::trace(uint64_t what, std::string_view bytes) {
  const auto mix = [this](uint64_t word) {
    hash_ = (hash_ ^ word) * 0x9E3779B97F4A7C15;
    hash_ ^= hash_ >> 29;
  };
  mix(static_cast<uint64_t>(now_));
  mix(what);
  mix(bytes.size());
  while (!bytes.empty()) {
    uint64_t word = 0;
    const size_t taken = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), taken);
    mix(word);
    bytes.remove_prefix(taken);
  }
}

void World::tell(std::string line) {
  char stamp[32];
  std::snprintf(stamp, sizeof stamp, "%9.4f s  ", static_cast<double>(now_ - kSecond) / kSecond);
  story_.push_back(stamp + std::move(line));
  if (story_.size() > kStoryMax) story_.pop_front();
}

void World::fail(std::string why) {
  if (!failure_.empty()) return;
  failure_ = std::move(why);
  if (telling_) tell("BROKEN: " + failure_);
}

}  // namespace bilten::sim
