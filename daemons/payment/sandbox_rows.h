// The sandbox's own book: what a provider would remember of us. Nobody but sandbox_*.cpp reads it.
#pragma once

#include "common/api/payment_reconcile.h"
#include "common/api/payment_sandbox_facts.h"
#include "common/store/rows.h"

namespace bilten::payment {

using api::payment::IntentState;

// Key: the intent's reference.
struct SandboxIntentRow {
  static constexpr std::string_view table = "sandbox_intent";
  Id payment_id;
  std::string order_code = {};
  IntentState state = IntentState::pending;
  Money amount = {}, captured = {};
  int64_t refunded = 0;
  bool is_delayed = false;    // The bank thinks: it can neither be pressed nor ended.
  bool refund_fails = false;  // The next refund will.
  Instant created_at = {};
  bool has_evidence = false;  // In its dispute.
  static constexpr auto fields() {
    using Self = SandboxIntentRow;
    constexpr auto amount = between(0, kMoneyMax);
    return join_fields(
        field_list(field("payment_id", &Self::payment_id),
                   field("order_code", &Self::order_code, length(1, 16)),
                   field("state", &Self::state), field("amount", &Self::amount, amount),
                   field("captured", &Self::captured, amount)),
        field_list(
            field("refunded", &Self::refunded, amount), field("is_delayed", &Self::is_delayed),
            field("refund_fails", &Self::refund_fails), field("created_at", &Self::created_at),
            field("has_evidence", &Self::has_evidence).or_default()));
  }
};

// Key: a refund's idempotency key.
struct SandboxRefundRow {
  static constexpr std::string_view table = "sandbox_refund";
  bool succeeded = true;
  static constexpr auto fields() {
    return field_list(field("succeeded", &SandboxRefundRow::succeeded));
  }
};

// Key: when, then the line's name. What moved money, as its report lists it.
struct SandboxLineRow : api::payment::ToldLine {
  static constexpr std::string_view table = "sandbox_line";
};
// Under which a report, webhooks and answers name a refund or a dispute.
inline std::string sandbox_refund_reference(const std::string& key) {
  return "sre_" + key;
}
inline constexpr std::string_view kDisputePrefix = "sdp_";
inline std::string sandbox_dispute_reference(const std::string& intent) {
  return std::string(kDisputePrefix) + intent;
}

// Key: hook id. A webhook that was not heard yet.
struct SandboxHookRow {
  static constexpr std::string_view table = "sandbox_hook";
  Id event_id, payment_id;
  std::string type = {}, reference = {};
  Money amount = {};
  Instant at = {};
  static constexpr auto fields() {
    using Self = SandboxHookRow;
    return field_list(field("event_id", &Self::event_id), field("payment_id", &Self::payment_id),
                      field("type", &Self::type, length(1, 64)),
                      field("reference", &Self::reference, length(1, api::payment::kReferenceMax)),
                      field("amount", &Self::amount, between(0, kMoneyMax)),
                      field("at", &Self::at));
  }
};

}  // namespace bilten::payment
