// One run: a platform is built, a plan is carried out on it, and all is checked.
#pragma once

#include <deque>
#include <string>

#include "tests/sim/plan.h"

namespace bilten::sim {

struct Outcome {
  std::string failure;  // Empty: all held.
  uint64_t trace_hash = 0;
  Coverage coverage;
  std::deque<std::string> story;  // The last of it, if it was told.
};

Outcome run(const Plan& plan, bool telling);

}  // namespace bilten::sim
