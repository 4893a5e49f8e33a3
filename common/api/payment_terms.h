// Words and bounds that messages and facts of the payment service share.
#pragma once

#include "common/wire/contract.h"

namespace bilten::api::payment {

inline constexpr size_t kProviderNameMax = 32;
inline constexpr size_t kAccountNameMax = kProviderNameMax + 37;  // "stripe-<an organisation's id>"
inline constexpr size_t kReferenceMax = 255;                      // Of a provider's ids.
inline constexpr size_t kRedirectMax = 4000;
inline constexpr int64_t kEvidencePackMax = 1 << 20;

// The most that one payment brings, minor units: ten thousand million euros. It is asked of each
// amount where it enters, so that nothing checks sums of them: a sum of int64 has room for nine
// million such payments, and limits of sums (of postings, of payouts) are those of int64.
inline constexpr int64_t kPaymentMax = 1'000'000'000'000;

enum class Method : uint8_t { card, transfer, onsite };
constexpr auto names_of(Method) {
  return std::array<std::string_view, 3>{"card", "transfer", "onsite"};
}

// Whose account at the provider it is.
enum class ProviderAccount : uint8_t { platform, organization };
constexpr auto names_of(ProviderAccount) {
  return std::array<std::string_view, 2>{"platform", "organization"};
}

enum class PaymentState : uint8_t {
  opening,          // The provider is being asked.
  pending,          // The payer may pay.
  requires_action,  // The payer's bank asks for something more.
  closing,          // Is being ended at the provider.
  failed,
  captured,
  held_for_review,
  partially_refunded,
  refunded,
};
constexpr auto names_of(PaymentState) {
  return std::array<std::string_view, 9>{
      "opening",  "pending",         "requires_action",    "closing", "failed",
      "captured", "held_for_review", "partially_refunded", "refunded"};
}

// Why a payment came to nothing.
enum class FailReason : uint8_t {
  declined,
  abandoned,
  superseded,
  order_over,
  unreachable,
  account_refused,  // The organisation's own account cannot be used: its key is wrong, or gone.
};
constexpr auto names_of(FailReason) {
  return std::array<std::string_view, 6>{"declined",   "abandoned",   "superseded",
                                         "order_over", "unreachable", "account_refused"};
}

// How an intent stands at a provider.
enum class IntentState : uint8_t {
  pending,          // Nothing is decided.
  requires_action,  // The payer must do something more (3-D Secure).
  authorized,       // The money is reserved; capture() takes it.
  captured,
  failed,    // Declined; the intent is over.
  canceled,  // Given up, by us or by the provider's own time-out.
};
constexpr auto names_of(IntentState) {
  return std::array<std::string_view, 6>{"pending",  "requires_action", "authorized",
                                         "captured", "failed",          "canceled"};
}

enum class RefundState : uint8_t { pending, succeeded, failed };
constexpr auto names_of(RefundState) {
  return std::array<std::string_view, 3>{"pending", "succeeded", "failed"};
}

// What can be asked of a provider.
enum class TaskKind : uint8_t { open, look_up, cancel, refund, evidence };
constexpr auto names_of(TaskKind) {
  return std::array<std::string_view, 5>{"open", "look_up", "cancel", "refund", "evidence"};
}

}  // namespace bilten::api::payment
