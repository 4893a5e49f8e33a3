#include "tests/sim/money_time.h"

#include <algorithm>

#include "daemons/payment/flow_rows.h"
#include "tests/sim/money_checks.h"
#include "tests/sim/payout_checks.h"
#include "tests/sim/reconcile_checks.h"

namespace bilten::sim {

namespace {

// For money to settle, clocks go on by steps that they are believed at once.
constexpr int64_t kStepMs = 55'000;
constexpr SteadyMicros kStepTakes = 1200 * kMillisecond;
constexpr SteadyMicros kUntilBelieved = 30 * kSecond;  // Of a clock that jumped.
constexpr int kStepsMost = 200;
constexpr int kHoldsEnd = 3;  // Steps.
constexpr int64_t kDayMs = 86'400'000;
// Until an event's money is due, and then what was kept back of it.
constexpr int64_t kDaysUntilPaid[] = {10, 9};
constexpr int64_t kDaysOfLateLines = 7;
constexpr SteadyMicros kWhileMoneyMoves = kSecond;
constexpr SteadyMicros kDeadMost = 300 * kMillisecond;
constexpr int kPayoutsMost = 10;

}  // namespace

void MoneyTime::let_hours_pass() {
  if (world_.telling()) world_.tell("* hours pass");
  for (auto* daemon : daemons()) daemon->mend_clock();
  wait_for_clocks();
  come_to_rest(kHoldsEnd);
}

void MoneyTime::let_weeks_pass() {
  for (const auto days : kDaysUntilPaid) {
    for (auto* account : accounts_.both()) account->lie_again();
    let_days_pass(days);
    move_money();
    for (auto* account : accounts_.both()) account->stop_lying();
    come_to_rest();
    if (world_.failed()) return;
  }
  let_days_pass(kDaysOfLateLines);
  pay_all_out();
  come_to_rest();
  if (world_.failed()) return;
  check_reconciled(world_, payment_, "stripe", accounts_.platform);
  const auto own = payment::account_name("stripe", shop_.organization_id());
  check_reconciled(world_, payment_, own, accounts_.own);
}

void MoneyTime::let_days_pass(int64_t days) {
  if (world_.telling()) world_.tell("* days pass: " + std::to_string(days));
  world_.let_pass(days * kDayMs);
  wait_for_clocks();
}

void MoneyTime::wait_for_clocks() {
  world_.run_until(world_.now() + kUntilBelieved, [this] {
    return std::ranges::all_of(daemons(), [](auto* each) { return each->believes_clock(); });
  });
}

void MoneyTime::move_money() {
  for (auto count = random_.below(4); count > 0; --count) {
    const auto delay = random_.below(static_cast<uint64_t>(kWhileMoneyMoves));
    world_.after(static_cast<SteadyMicros>(delay), [this] { move_some(); });
  }
  world_.run_for(kWhileMoneyMoves);
}

void MoneyTime::move_some() {
  Action action;
  action.a = static_cast<uint32_t>(random_.below(kBuyers));
  action.b = static_cast<uint32_t>(random_.below(100));
  action.value = static_cast<int64_t>(random_.below(2));
  switch (random_.below(6)) {
    case 0: action.deed = Deed::refund_by_hand; break;
    case 1: action.deed = Deed::dispute; break;
    case 2: action.deed = Deed::look_after_money; break;
    case 3: return payment_.die_in_commit(action.value == 1, kDeadMost);
    default: return shop_.pay_out(action.b % 3 != 0);
  }
  shop_.act(action);
}

// Until the operator finds nothing more to pay.
void MoneyTime::pay_all_out() {
  payment_.spare();
  for (int i = 0; i < kPayoutsMost && !world_.failed() && !is_all_paid(payment_); ++i) {
    shop_.pay_out(true);
    world_.run_until(world_.now() + kStepTakes, [this] { return shop_.idle(); });
  }
  if (!is_all_paid(payment_)) world_.fail("money is owed to an organiser, and cannot be paid");
}

void MoneyTime::come_to_rest(int steps_least) {
  for (int step = 0; step < kStepsMost && !world_.failed(); ++step) {
    world_.let_pass(kStepMs);
    for (auto* account : accounts_.both()) account->let_hours_pass();
    const auto until = world_.now() + kStepTakes;
    if (!world_.run_until(until, [&] { return step >= steps_least && is_at_rest(); })) continue;
    check_money(world_, payment_, house_.ticket, accounts_);
    return check_payouts(world_, payment_);
  }
  world_.fail("money is still on its way after hours");
}

bool MoneyTime::is_at_rest() {
  return accounts_.platform.is_quiet() && accounts_.own.is_quiet() && shop_.idle() &&
         has_no_tasks(payment_) && is_reconciled(payment_) && all_is_read(house_);
}

}  // namespace bilten::sim
