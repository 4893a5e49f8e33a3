// What must be true of paying organisers: the journal's entries, added up once more event by event.
#pragma once

#include "tests/sim/daemon.h"

namespace bilten::sim {

// Nobody was paid before the time, more than was earned, or what is disputed or kept back; what was
// paid and what is owed is what the orders brought.
void check_payouts(World& world, Daemon& payment);

// Nothing waits to be sent, and nothing is owed but what is disputed, or less than what others owe.
bool is_all_paid(Daemon& payment);

}  // namespace bilten::sim
