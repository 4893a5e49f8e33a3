// What must be true of money, whatever happened.
#pragma once

#include "tests/sim/daemon.h"
#include "tests/sim/provider.h"

namespace bilten::sim {

// On the way, after each commit: all accounts sum to zero in each currency.
void check_ledger(World& world, Daemon& payment);

// Whether a provider is to be asked for nothing any more.
bool has_no_tasks(Daemon& payment);

// When all is quiet: for each order, what is left at the provider of what was paid is what its
// tickets are worth, or staff is to look at the difference; the ledger says the same. The first
// that does not hold is told to the world.
void check_money(World& world, Daemon& payment, Daemon& ticket, const Accounts& accounts);

}  // namespace bilten::sim
