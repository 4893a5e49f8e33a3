// The contract of evidence in disputes: what speaks for the organiser, and handing it to the bank.
#pragma once

#include "common/api/payment_terms.h"
#include "common/api/ticket_evidence.h"

namespace bilten::api::payment {

inline constexpr size_t kEvidenceMoreMax = 5000;

enum class EvidenceState : uint8_t {
  gathering,  // The ticket service is asked.
  gathered,
  sending,
  submitted,
  refused,
};
constexpr auto names_of(EvidenceState) {
  return std::array<std::string_view, 5>{"gathering", "gathered", "sending", "submitted",
                                         "refused"};
}

inline constexpr int64_t kEvidenceRefundsMax = 1000;

// Money of the payment that went back before.
struct EvidenceRefund {
  Money amount = {};
  Instant at = {};
  std::string reference = {};
  static constexpr auto fields() {
    using Self = EvidenceRefund;
    return field_list(field("amount", &Self::amount, between(1, kMoneyMax)), field("at", &Self::at),
                      field("reference", &Self::reference, length(0, kReferenceMax))
                          .doc("The provider's id of it."));
  }
};

struct EvidenceView {
  Id payment_id, order_id;
  EvidenceState state = EvidenceState::gathering;
  Money amount = {};
  std::string reference = {};
  Instant opened_at = {};
  std::optional<Instant> due_at = {}, submitted_at = {};
  std::string reason = {}, more = {};
  std::string order_code = {}, event_title = {}, venue = {}, timezone = {};
  std::optional<Instant> ordered_at = {}, starts_at = {}, ends_at = {};
  std::vector<ticket::EvidenceTicket> tickets = {};
  std::vector<Instant> resends_asked_at = {};
  std::vector<EvidenceRefund> refunds = {};
  static constexpr auto fields() {
    using Self = EvidenceView;
    constexpr auto words = length(0, ticket::kEvidenceWordsMax);
    return join_fields(
        field_list(field("payment_id", &Self::payment_id), field("order_id", &Self::order_id),
                   field("state", &Self::state)
                       .doc("refused: reason says why; give it again. submitted: nothing can be "
                            "added."),
                   field("amount", &Self::amount, between(0, kMoneyMax)).doc("That is disputed."),
                   field("reference", &Self::reference, length(0, kReferenceMax))
                       .doc("The provider's id of the dispute."),
                   field("opened_at", &Self::opened_at),
                   field("due_at", &Self::due_at)
                       .doc("Evidence is heard until then. A day before it goes by itself, as it "
                            "stands."),
                   field("submitted_at", &Self::submitted_at),
                   field("reason", &Self::reason, length(0, 64)),
                   field("more", &Self::more, length(0, kEvidenceMoreMax))),
        field_list(field("order_code", &Self::order_code, length(0, 16)),
                   field("event_title", &Self::event_title, words),
                   field("venue", &Self::venue, words),
                   field("timezone", &Self::timezone, length(0, 64)),
                   field("ordered_at", &Self::ordered_at), field("starts_at", &Self::starts_at),
                   field("ends_at", &Self::ends_at),
                   field("tickets", &Self::tickets, items(0, ticket::kOrderTicketsMax)),
                   field("resends_asked_at", &Self::resends_asked_at,
                         items(0, ticket::kEvidenceResendsMax))
                       .doc("When the order's link was asked for by mail again; the last times."),
                   field("refunds", &Self::refunds, items(0, kEvidenceRefundsMax))
                       .doc("What of the payment went back already; it is named to the bank.")));
  }
};

struct ReadEvidence {
  static constexpr std::string_view name = "payment.evidence";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/payments/{payment_id}/evidence"},
      .refusals = {"unknown_payment", "role_missing", "not_disputed"},
      .doc =
          "What speaks for you in a dispute: the order, the event, when each ticket was let in. "
          "The buyer's name and address go to the provider with it, and are not shown. For "
          "managers."};
  using Answer = EvidenceView;
  Id payment_id;
  static constexpr auto fields() {
    return field_list(field("payment_id", &ReadEvidence::payment_id));
  }
};

struct GiveEvidence {
  static constexpr std::string_view name = "payment.give_evidence";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/payments/{payment_id}/evidence"},
      .refusals = {"unknown_payment", "role_missing", "not_disputed", "evidence_submitted"},
      .doc =
          "Adds words of your own to the evidence, and hands all of it to the buyer's bank where "
          "submit says so; after that nothing can be added. For managers."};
  using Answer = EvidenceView;
  Id payment_id;
  std::optional<std::string> more = {};
  bool submit = false;
  static constexpr auto fields() {
    return field_list(field("payment_id", &GiveEvidence::payment_id),
                      field("more", &GiveEvidence::more, length(0, kEvidenceMoreMax))
                          .doc("Instead of what was said before; absent: that stays."),
                      field("submit", &GiveEvidence::submit).or_default());
  }
};

}  // namespace bilten::api::payment
