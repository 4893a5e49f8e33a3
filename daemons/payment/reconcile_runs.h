// A provider's report is read by itself, page by page, its fees are booked, and it is compared with
// the ledger: every difference stands until both agree, or an operator has explained it. Steps are
// made as tasks are (docs/decisions/0061): a timer, a sender, a command that records how it ended.
// Each account has runs of its own, the platform's and those of organisations, so that one that
// cannot be read stops no other (docs/decisions/0079).
#pragma once

#include "common/api/payment_facts.h"
#include "common/service/handlers.h"
#include "daemons/payment/config.h"
#include "daemons/payment/differences.h"
#include "daemons/payment/providers.h"

namespace bilten::payment {

inline constexpr std::string_view kReconcileTimer = "payment.reconcile";
inline constexpr std::string_view kReconcileSender = "payment.reconcile";

// At the start of the process: the accounts of the settings are seen to from now on, those of
// organisations one after another; others are not any more.
void plan_reconcile(const Rows& rows, const Context& context, const Config& config,
                    const std::vector<std::string>& accounts, Effects& effects);
// The timer: a run begins, or the step that it is at is tried again.
Effects decide_reconcile_due(const Rows& rows, const Context& context, std::string_view key,
                             const Config& config);
// no_report
Decided<api::payment::ReconcileView> decide_run_reconcile(const Rows& rows, const Context& context,
                                                          const api::payment::RunReconcile& message,
                                                          const Providers& providers);
// What is of another run or another page is passed over.
Decided<api::payment::SettleReconcile::Answer> decide_settle_reconcile(
    const Rows& rows, const Context& context, const api::payment::SettleReconcile& message,
    const Config& config);

// The sender: reads a page at the provider; once all are there, compares.
std::function<std::optional<api::payment::SettleReconcile>(const Ask&)> plan_reconcile_step(
    const Providers& providers, const Reader& reader, std::string_view key);

void apply(Rows& rows, const api::payment::ReconcilePlanned& fact);
void apply(Rows& rows, const api::payment::ReconcileBegun& fact);
void apply(Rows& rows, const api::payment::ReportTaken& fact);
void apply(Rows& rows, const api::payment::ReconcileEnded& fact);
void apply(Rows& rows, const api::payment::ReportGone& fact);

}  // namespace bilten::payment
