// What operators see of passing frames: their headers, never a body, claims or a key. Filled only
// while somebody looks (each look keeps it open for ten seconds), at a sample rate and within a
// budget of bytes; the ring keeps the latest.
#pragma once

#include <deque>

#include "broker/registry.h"
#include "common/base/random.h"
#include "common/wire/frame.h"
#include "common/wire/mesh_admin.h"

namespace bilten::broker {

class Tap {
 public:
  static constexpr SteadyMicros kOpenMicros = 10'000'000;
  static constexpr size_t kHeadersKept = 4096;

  bool is_open(SteadyMicros now) const { return now < open_until_; }
  // False: note() has nothing to do.
  bool wants(SteadyMicros now) const { return is_open(now) || !ring_.empty(); }
  // A frame as it came. Once nobody looks any more, what was kept is let go.
  void note(SteadyMicros now, UnixMillis wall, const Peer& from, const Frame& frame,
            Random& random);
  // The headers after the question's cursor. The rate and budget of the last question hold for all.
  mesh::TapPage look(SteadyMicros now, const mesh::TapQuestion& question);

 private:
  bool pay(SteadyMicros now, size_t bytes);

  SteadyMicros open_until_ = 0;
  double sample_ = 1;
  double budget_per_s_ = 0, budget_left_ = 0;
  SteadyMicros paid_at_ = 0;
  int64_t last_ = 0;    // Number of the last header kept; they are numbered from 1.
  int64_t missed_ = 0;  // Beyond the budget, since the tap was opened.
  std::deque<mesh::TapHeader> ring_;
};

}  // namespace bilten::broker
