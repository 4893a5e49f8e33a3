// From a failing plan to a short one: what is not needed for a failure is left out.
#pragma once

#include "tests/sim/run.h"

namespace bilten::sim {

// A part of the plan that still fails. Takes some hundred runs at most.
Plan shrink(const Plan& failing);

}  // namespace bilten::sim
