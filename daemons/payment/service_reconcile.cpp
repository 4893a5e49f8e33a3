// Reconciliation as it is asked for, and as it goes by itself.
#include "daemons/payment/reconcile.h"
#include "daemons/payment/reconcile_runs.h"
#include "daemons/payment/service_parts.h"
#include "daemons/payment/service_told.h"

namespace bilten::payment {
namespace {

using namespace api::payment;

Result<Reconcile::Answer> reconcile(const Reader& reader, const Reconcile& message) {
  std::vector<KnownMovement> theirs;
  for (const auto& line : message.lines) {
    const bool is_sure = line.at >= message.from && line.at < message.until;
    theirs.push_back({line.reference, line.amount, is_sure, line.at});
  }
  auto found =
      compare(movements_of(reader.rows, message.provider, message.from, message.until), theirs);
  Reconcile::Answer answer{std::move(found.differences), found.matched};
  if (answer.differences.size() > static_cast<size_t>(kDifferencesMax)) {
    answer.differences.resize(kDifferencesMax);
    answer.is_cut = true;
  }
  return answer;
}

}  // namespace

Table reconcile_table(const Config& config, const Providers& providers) {
  const auto settle = [config](const Rows& rows, const Context& context,
                               const SettleReconcile& message) {
    auto decided = decide_settle_reconcile(rows, context, message, config);
    if (!decided) return decided;
    const auto& answer = decided->answer;
    if (answer.open) tell_differences(message.provider, *answer.open);
    if (!answer.failure.empty()) tell_unread(message.provider, answer.failure);
    return decided;
  };
  const auto step = [providers](const Reader& reader, std::string_view key) {
    return plan_reconcile_step(providers, reader, key);
  };
  return {
      slow_query<Reconcile>("payment.reconcile", reconcile),
      query<ReadReconcile>("payment.reconcile.last", read_reconcile),
      query<ReadOwnReconcile>("payment.reconcile.own", with(config, read_own_reconcile)),
      slow_query<ListReconciled>("payment.reconcile.accounts", list_reconciled),
      command<RunReconcile>("payment.reconcile.run", with(providers, decide_run_reconcile)),
      command<DismissDifference>("payment.reconcile.dismiss", decide_dismiss_difference),
      command<SettleReconcile>("payment.reconcile.settle", settle),
      timer(kReconcileTimer, with(config, decide_reconcile_due)),
      sender<SettleReconcile>(kReconcileSender, "payment.reconcile.settle", step),
  };
}

}  // namespace bilten::payment
