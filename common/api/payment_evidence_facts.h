// What the payment service records of evidence in disputes. What it says stands in the vault.
#pragma once

#include <variant>

#include "common/api/payment_flow_facts.h"

namespace bilten::api::payment {

struct EvidenceGathered : OfPayment {
  static constexpr std::string_view name = "payment.evidence_gathered";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "What the ticket service knows of a disputed order is here.";
};

struct EvidenceWanted : OfPayment {
  static constexpr std::string_view name = "payment.evidence_wanted";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The evidence in a dispute is to be handed to the bank.";
  std::optional<Id> person_id = {};  // Absent: the deadline is near, and nobody had said so.
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(),
                       field_list(field("person_id", &EvidenceWanted::person_id)));
  }
};

struct EvidenceSubmitted : OfPayment {
  static constexpr std::string_view name = "payment.evidence_submitted";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The provider has the evidence; nothing can be added.";
};

struct EvidenceRefused : OfPayment {
  static constexpr std::string_view name = "payment.evidence_refused";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "The provider did not take the evidence; staff may try again until the deadline.";
  std::string reason;
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(),
                       field_list(field("reason", &EvidenceRefused::reason, length(0, 64))));
  }
};

struct EvidenceDue : OfPayment {
  static constexpr std::string_view name = "payment.evidence_due";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A day is left until evidence is not heard any more.";
};

using EvidenceFacts =
    std::variant<EvidenceGathered, EvidenceWanted, EvidenceSubmitted, EvidenceRefused, EvidenceDue>;

}  // namespace bilten::api::payment
