// Where a provider's report and the ledger differ: listed from the run that found it until one that
// does not, or until an operator has explained it.
#pragma once

#include "common/api/payment_facts.h"
#include "common/service/handlers.h"
#include "daemons/payment/config.h"
#include "daemons/payment/reconcile_rows.h"

namespace bilten::payment {

// The provider's run, the one that is under way or the last.
ReconcileRow find_run(const Rows& rows, const std::string& provider);
// Every difference that stands, dismissed ones included.
std::vector<DifferenceRow> differences_of(const Rows& rows, const std::string& provider);
// The same once the run has ended so. What it did not look at, being older, stays.
std::vector<DifferenceRow> differences_after(const Rows& rows,
                                             const api::payment::ReconcileEnded& fact);
// For evolve.
void replace_differences(Rows& rows, const api::payment::ReconcileEnded& fact);

// How many nobody explained; `unlisted`: those that a run found beyond what it lists.
int64_t count_open(const std::vector<DifferenceRow>& differences, int64_t unlisted);

// unknown_difference
Decided<Nothing> decide_dismiss_difference(const Rows& rows, const Context& context,
                                           const api::payment::DismissDifference& message);
// never_reconciled
Result<api::payment::ReconcileView> read_reconcile(const Reader& reader,
                                                   const api::payment::ReadReconcile& message);
api::payment::ReconcileView view_of_run(const Rows& rows, const std::string& provider,
                                        const ReconcileRow& row);

// unknown_organization, role_missing, never_reconciled
Result<api::payment::ReconcileView> read_own_reconcile(
    const Reader& reader, const api::payment::ReadOwnReconcile& message, const Config& config);
Result<api::ListOf<api::payment::ReconcileSummary>> list_reconciled(
    const Reader& reader, const api::payment::ListReconciled& message);

// Staff of an organisation is told while what its own account reports could not be read, or
// differs: for evolve, once that may be otherwise.
void note_report(Rows& rows, const std::string& account, const Instant& at);
bool is_report_told(const Rows& rows, std::string_view account);
void forget_report_told(Rows& rows, std::string_view account);

void apply(Rows& rows, const api::payment::DifferenceDismissed& fact);

}  // namespace bilten::payment
