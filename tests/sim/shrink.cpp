#include "tests/sim/shrink.h"

#include <algorithm>

namespace bilten::sim {

namespace {

constexpr int kRunsMax = 400;

class Shrinker {
 public:
  explicit Shrinker(const Plan& failing) : best_(failing) {}

  Plan shrink() {
    shorten();
    for (size_t piece = std::max<size_t>(best_.actions.size() / 2, 1);; piece /= 2) {
      leave_out(piece);
      if (piece <= 1) break;
    }
    return best_;
  }

 private:
  bool fails(const Plan& plan) { return runs_++ < kRunsMax && !run(plan, false).failure.empty(); }

  // The shortest beginning that fails, by bisection.
  void shorten() {
    size_t passes = 0;
    size_t fails_at = best_.actions.size();
    while (fails_at - passes > 1) {
      const size_t middle = passes + (fails_at - passes) / 2;
      Plan part = best_;
      part.actions.resize(middle);
      (fails(part) ? fails_at : passes) = middle;
    }
    best_.actions.resize(fails_at);
  }

  // Tries to do without each run of `piece` actions.
  void leave_out(size_t piece) {
    for (size_t at = 0; at < best_.actions.size();) {
      Plan part = best_;
      const auto first = part.actions.begin() + static_cast<std::ptrdiff_t>(at);
      const auto count = std::min(piece, part.actions.size() - at);
      part.actions.erase(first, first + static_cast<std::ptrdiff_t>(count));
      if (fails(part)) {
        best_ = std::move(part);
      } else {
        at += piece;
      }
    }
  }

  Plan best_;
  int runs_ = 0;
};

}  // namespace

Plan shrink(const Plan& failing) {
  return Shrinker(failing).shrink();
}

}  // namespace bilten::sim
