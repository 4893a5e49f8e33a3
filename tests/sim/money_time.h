// What becomes of a run's money once all faults are over: hours in which all that is under way
// comes to its end, then weeks in which organisers are paid, and now and then some money still
// moves.
#pragma once

#include <array>

#include "tests/sim/checks.h"
#include "tests/sim/provider.h"

namespace bilten::sim {

class MoneyTime {
 public:
  // Of a house that takes money.
  MoneyTime(World& world, const House& house, Shop& shop, Accounts& accounts, uint64_t seed)
      : world_(world),
        house_(house),
        payment_(*house.payment),
        shop_(shop),
        accounts_(accounts),
        random_(seed ^ 0x7765656B) {}

  // Holds end, tasks are tried again, and what the provider had not told yet is told. After that,
  // and after each week, money is checked.
  void let_hours_pass();
  // The event ends, and its money is due; in the end nothing is owed that can be paid.
  void let_weeks_pass();

 private:
  std::array<Daemon*, kDaemons> daemons() const {
    return {&house_.user, &house_.event, &house_.ticket, &house_.reader, &payment_};
  }
  void let_days_pass(int64_t days);
  void wait_for_clocks();
  void move_money();
  void move_some();
  void pay_all_out();
  // At the earliest after so many steps of time.
  void come_to_rest(int steps_least = 0);
  bool is_at_rest();

  World& world_;
  const House& house_;
  Daemon& payment_;
  Shop& shop_;
  Accounts& accounts_;
  SeededRandom random_;
};

}  // namespace bilten::sim
