// The ways in which a network fails, as a table: how each begins and ends on the three machines,
// and who is expected to go on meanwhile.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/vms.h"

namespace bilten::test {

struct NetFault {
  std::string name;
  std::function<void(Vms&)> begin, end;
  std::set<int> go_on;  // Machines whose callers are answered meanwhile.
  // A request may lie outside the mesh meanwhile, where its budget has not begun: between a caller
  // and its gateway, or in a gateway that is stopped.
  bool hides_age = false;
  bool is_freeze = false;  // A process is stopped: 30 s in a full run.
};

// The machine that Lab must know as rough.
constexpr int kRoughMachine = Vms::kTicket;
// `seed` decides the order of links that are cut one by one.
std::vector<NetFault> net_faults(uint64_t seed);

}  // namespace bilten::test
