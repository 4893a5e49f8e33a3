// Evidence in disputes: gathered from the ticket service when one opens, shown to managers, and
// handed to the bank by the provider when they say so, or a day before it is too late.
#pragma once

#include "common/api/payment_evidence_facts.h"
#include "common/api/payment_payments.h"
#include "common/service/handlers.h"
#include "daemons/payment/evidence_rows.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/providers.h"

namespace bilten::payment {

inline constexpr std::string_view kEvidenceTimer = "payment.evidence";  // Key: payment id.

// unknown_payment, role_missing, not_disputed
Result<api::payment::EvidenceView> read_evidence(const Reader& reader,
                                                 const api::payment::ReadEvidence& message);
// unknown_payment, role_missing, not_disputed, evidence_submitted
Decided<api::payment::EvidenceView> decide_give_evidence(const Rows& rows, const Context& context,
                                                         const api::payment::GiveEvidence& message);
// The timer: a day is left.
Effects decide_evidence_due(const Rows& rows, const Context& context, std::string_view payment_id);

// How the task ended (tasks.h). `pack`: as of ToldEvidence.
void take_evidence(const Rows& rows, const Context& context, const Id& payment_id,
                   const api::payment::ToldEvidence& told, Effects& effects);
void refuse_evidence(const Rows& rows, UnixMillis now, const Id& payment_id,
                     std::string_view reason, Effects& effects);
// The sender's work: asks the ticket service, and hands over where that is wanted.
std::function<std::optional<api::payment::SettleTask>(const Ask&)> plan_evidence(
    const Providers& providers, const Reader& reader, const Id& payment_id);

// For evolve: a dispute opened, and ended.
void expect_evidence(Rows& rows, const Id& payment_id, const std::optional<Instant>& due_at);
void end_evidence(Rows& rows, const Id& payment_id);

void apply(Rows& rows, const api::payment::EvidenceGathered& fact);
void apply(Rows& rows, const api::payment::EvidenceWanted& fact);
void apply(Rows& rows, const api::payment::EvidenceSubmitted& fact);
void apply(Rows& rows, const api::payment::EvidenceRefused& fact);
void apply(Rows& rows, const api::payment::EvidenceDue& fact);

}  // namespace bilten::payment
