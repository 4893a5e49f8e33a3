// The life of one link to a broker as a state machine: READY until WELCOME, beats while idle,
// giving up on silence, and when to try again with a new socket. MeshCore owns one for each broker.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/base/result.h"
#include "common/wire/control.h"

namespace bilten::net {

class MeshLink {
 public:
  enum class State : uint8_t {
    closed,   // No socket; waits for reopen time.
    opening,  // A socket, READY on its way, no WELCOME yet.
    up,
  };
  // What the link needs now; due() says at most one thing at a time, worst first.
  enum class Need : uint8_t { nothing, open, give_up, ready, beat };

  // libzmq doubles its own pause between connects; a fresh socket starts over with the short one.
  static constexpr SteadyMicros kOpeningUs = 1'500'000;
  // A READY can be lost to a connection that broke before it was read.
  static constexpr SteadyMicros kReadyAgainUs = 300'000;
  static constexpr SteadyMicros kReadyRefusedUs = 10'000;
  // With calls under way a dead broker must show soon: a send to it is refused.
  static constexpr SteadyMicros kProbeUs = 250'000;
  // A full queue with silence this long is a lost connection, not back-pressure.
  static constexpr SteadyMicros kRefusedSilenceUs = 500'000;
  static constexpr SteadyMicros kStableUs = 30'000'000;
  static constexpr SteadyMicros kBackOffMaxUs = 5'000'000;

  explicit MeshLink(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  Need due(SteadyMicros now, bool busy) const;
  SteadyMicros next_wake(bool busy) const;

  void opened(SteadyMicros now);  // A new socket; the generation rises.
  void ready_sent(SteadyMicros now) { ready_at_ = now + kReadyAgainUs; }
  void sent(SteadyMicros now) { sent_at_ = now; }
  void heard(SteadyMicros now) { heard_at_ = now; }
  // True: the incarnation differs from that of this connection's earlier WELCOME.
  bool welcomed(SteadyMicros now, const Welcome& welcome, Random& jitter);
  void set_draining() { draining_ = true; }
  // The socket would not take a frame. True: the link is lost.
  bool refused(SteadyMicros now, bool was_ready, bool was_beat);
  // No socket from now on; due() asks for a new one: at once after a loss (broker_lost: finding it
  // out took long enough), after a growing pause when the broker said why it wants no more of us,
  // and not before 250 ms when another owner fences this one.
  void closed(SteadyMicros now, Code why, Random& jitter);

  State state() const { return state_; }
  bool usable() const { return state_ == State::up && !draining_; }
  // Up long enough to go back to.
  bool stable(SteadyMicros now) const { return usable() && now - up_at_ >= stable_us_; }
  // The last socket was closed before a WELCOME came.
  bool fruitless() const { return fruitless_; }
  // Silence for so long ends the link, on both of its sides.
  SteadyMicros silence_max() const { return liveness_ * interval_us_; }
  uint32_t generation() const { return generation_; }
  const std::string& endpoint() const { return endpoint_; }

  uint32_t owed = 0;                // Requests handed to this worker and not yet answered.
  std::deque<std::string> backlog;  // Frames the socket refused once.

 private:
  SteadyMicros beat_at(bool busy) const;
  SteadyMicros silent_at() const { return heard_at_ + silence_max(); }

  std::string endpoint_;
  State state_ = State::closed;
  bool draining_ = false, fruitless_ = false;
  uint32_t generation_ = 0;
  uint32_t failures_ = 0;
  SteadyMicros reopen_at_ = 0, opened_at_ = 0, ready_at_ = 0, up_at_ = 0;
  SteadyMicros sent_at_ = 0, heard_at_ = 0, beat_again_at_ = 0;
  SteadyMicros interval_us_ = 1'000'000, stable_us_ = kStableUs;
  int64_t liveness_ = 3;
  Id broker_;
  int64_t incarnation_ = 0;
};

}  // namespace bilten::net
