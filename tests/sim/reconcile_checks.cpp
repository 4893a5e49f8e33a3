#include "tests/sim/reconcile_checks.h"

#include "daemons/payment/differences.h"
#include "daemons/payment/ledger_rows.h"

namespace bilten::sim {

namespace {

int64_t fees_booked(const Rows& rows) {
  int64_t booked = 0;
  rows.scan<payment::AccountRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
    const auto account = payment::read_account(key.substr(16));
    if (account.kind == payment::AccountKind::provider_fees) booked += row.balance;
    return true;
  });
  return booked;
}

}  // namespace

bool is_reconciled(Daemon& payment) {
  bool all = true;
  const auto snapshot = payment.store().snapshot();
  snapshot->rows().scan<payment::ReconcileRow>(
      {}, {}, kAll, [&](std::string_view, const auto& run) {
        all = all && run.phase == payment::ReconcilePhase::idle;
        return true;
      });
  return all;
}

void check_reconciled(World& world, Daemon& payment, const std::string& account,
                      const LyingProvider& provider) {
  const auto snapshot = payment.store().snapshot();
  const auto& rows = snapshot->rows();
  const auto run = payment::find_run(rows, account);
  if (!run.failure.empty()) return world.fail("the last report was given up: " + run.failure);
  std::map<std::string, std::pair<int64_t, int64_t>> listed, wrong;
  for (const auto& each : payment::differences_of(rows, account)) {
    listed[each.reference] = {each.ours, each.theirs};
  }
  int64_t fees = 0;
  for (const auto& [name, reported] : provider.report_by_name()) {
    if (reported.moved != reported.told) wrong[name] = {reported.moved, reported.told};
    fees += reported.fees;
  }
  for (const auto& [name, amounts] : listed) {
    if (wrong.contains(name)) continue;
    world.fail("a difference is listed that is none: " + name + ", here " +
               std::to_string(amounts.first) + ", there " + std::to_string(amounts.second));
  }
  for (const auto& [name, amounts] : wrong) {
    if (listed[name] != amounts) world.fail("what is wrong in the report is not listed: " + name);
  }
  world.coverage.differences += wrong.size();
  // Fees of an organisation's own account are theirs, and not booked.
  const bool is_platform = account == "stripe";
  if (is_platform && fees_booked(rows) != fees) {
    world.fail("the provider's fees are not booked once each");
  }
}

}  // namespace bilten::sim
