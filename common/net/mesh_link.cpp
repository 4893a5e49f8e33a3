#include "common/net/mesh_link.h"

#include <algorithm>

namespace bilten::net {
namespace {

constexpr SteadyMicros kBackOffUs = 100'000;
constexpr SteadyMicros kFencedBackOffUs = 250'000;
// A link that lived this long was no failed attempt.
constexpr SteadyMicros kLivedUs = 5'000'000;
constexpr SteadyMicros kBeatRefusedUs = 100'000;

}  // namespace

SteadyMicros MeshLink::beat_at(bool busy) const {
  SteadyMicros at = sent_at_ + interval_us_;
  if (busy) at = std::min(at, std::max(sent_at_, heard_at_) + kProbeUs);
  return std::max(at, beat_again_at_);
}

MeshLink::Need MeshLink::due(SteadyMicros now, bool busy) const {
  switch (state_) {
    case State::closed: return now >= reopen_at_ ? Need::open : Need::nothing;
    case State::opening:
      if (now >= opened_at_ + kOpeningUs) return Need::give_up;
      return now >= ready_at_ ? Need::ready : Need::nothing;
    case State::up:
      if (now >= silent_at()) return Need::give_up;
      return now >= beat_at(busy) ? Need::beat : Need::nothing;
  }
  return Need::nothing;
}

SteadyMicros MeshLink::next_wake(bool busy) const {
  switch (state_) {
    case State::closed: return reopen_at_;
    case State::opening: return std::min(ready_at_, opened_at_ + kOpeningUs);
    case State::up: return std::min(beat_at(busy), silent_at());
  }
  return INT64_MAX;
}

void MeshLink::opened(SteadyMicros now) {
  state_ = State::opening;
  draining_ = false;
  ++generation_;
  opened_at_ = ready_at_ = now;
  owed = 0;
  backlog.clear();
}

bool MeshLink::welcomed(SteadyMicros now, const Welcome& welcome, Random& jitter) {
  const bool again = state_ == State::up;
  const bool changed = again && (broker_ != welcome.broker || incarnation_ != welcome.incarnation);
  broker_ = welcome.broker;
  incarnation_ = welcome.incarnation;
  interval_us_ = int64_t{welcome.heartbeat_ms} * 1000;
  liveness_ = welcome.liveness;
  draining_ = welcome.draining;
  heard_at_ = now;
  if (again) return changed;
  state_ = State::up;
  up_at_ = sent_at_ = beat_again_at_ = now;
  stable_us_ = kStableUs + static_cast<SteadyMicros>(jitter.below(kStableUs / 6));
  return false;
}

bool MeshLink::refused(SteadyMicros now, bool was_ready, bool was_beat) {
  if (state_ == State::opening && was_ready) ready_at_ = now + kReadyRefusedUs;
  if (state_ != State::up) return false;
  if (was_beat) {
    sent_at_ = now - interval_us_;
    beat_again_at_ = now + kBeatRefusedUs;
  }
  return now - heard_at_ >= kRefusedSilenceUs;
}

void MeshLink::closed(SteadyMicros now, Code why, Random& jitter) {
  fruitless_ = state_ == State::opening;
  if (state_ == State::up && now - up_at_ >= kLivedUs) failures_ = 0;
  SteadyMicros pause = 0;
  if (why != Code::broker_lost) {
    if (failures_ > 0) pause = std::min(kBackOffMaxUs, kBackOffUs << std::min(failures_, 6U));
    // Its holder may be dead and not yet noticed: keep asking, but never hammer.
    if (why == Code::fenced) pause = std::clamp(pause, kFencedBackOffUs, kFencedBackOffUs * 4);
    ++failures_;
  }
  reopen_at_ =
      now + pause + static_cast<SteadyMicros>(jitter.below(static_cast<uint64_t>(pause) / 4 + 1));
  state_ = State::closed;
  draining_ = false;
  owed = 0;
  backlog.clear();
}

}  // namespace bilten::net
