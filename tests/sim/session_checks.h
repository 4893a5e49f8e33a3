// What must be true of payments while they can be made.
#pragma once

#include "tests/sim/daemon.h"

namespace bilten::sim {

// By its journal: an order never had two payments that could be made at a time.
void check_sessions(World& world, Daemon& payment);

}  // namespace bilten::sim
