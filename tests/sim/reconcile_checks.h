// What must be true of reconciliation once each line of the provider's report is out.
#pragma once

#include "tests/sim/daemon.h"
#include "tests/sim/provider.h"

namespace bilten::sim {

// No report is being read or compared.
bool is_reconciled(Daemon& payment);

// What the account's report tells wrongly is listed, and nothing else; each fee in the platform's
// is booked once.
void check_reconciled(World& world, Daemon& payment, const std::string& account,
                      const LyingProvider& provider);

}  // namespace bilten::sim
