// What staff is to look at: money to be judged, refunds that do not go, disputes.
#pragma once

#include "common/api/payment_staff.h"
#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"

namespace bilten::payment {

using api::payment::AttentionKind;

// For evolve; `id` is of the payment, or of what is wrong with it. A nil payment: of none.
void add_attention(Rows& rows, AttentionKind kind, const Id& organization_id, const Id& id,
                   const Id& payment_id, const Instant& since, const std::string& reason = {});
void end_attention(Rows& rows, AttentionKind kind, const Id& organization_id, const Id& id);
bool has_attention(const Rows& rows, AttentionKind kind, const Id& organization_id, const Id& id);
std::optional<AttentionRow> find_attention(const Rows& rows, AttentionKind kind,
                                           const Id& organization_id, const Id& id);

// unknown_organization, role_missing
Result<api::ListOf<api::payment::AttentionView>> list_attention(
    const Reader& reader, const api::payment::ListAttention& message);

}  // namespace bilten::payment
