// What is remembered of evidence in disputes.
#pragma once

#include "common/api/payment_evidence.h"
#include "common/store/rows.h"

namespace bilten::payment {

using api::payment::EvidenceState;

// Key: payment id. Of each that was ever disputed.
struct EvidenceRow {
  static constexpr std::string_view table = "evidence";
  EvidenceState state = EvidenceState::gathering;
  int64_t round = 0;  // Each is another request at the provider: it refused the one before.
  std::string reason = {};
  std::optional<Instant> submitted_at = {};
  static constexpr auto fields() {
    using Self = EvidenceRow;
    return field_list(
        field("state", &Self::state), field("round", &Self::round, between(0, INT64_MAX)),
        field("reason", &Self::reason, length(0, 64)), field("submitted_at", &Self::submitted_at));
  }
};

// ---- the vault ----

// What the ticket service knows of the order, without who bought it.
inline std::string evidence_key(const Id& payment_id) {
  return "evidence/" + std::string(payment_id.view());
}
// What staff says besides.
inline std::string evidence_more_key(const Id& payment_id) {
  return "evidence_more/" + std::string(payment_id.view());
}

}  // namespace bilten::payment
