// What the sandbox, a provider of our own for trying things out, records in its book.
#pragma once

#include <variant>

#include "common/api/payment_terms.h"

namespace bilten::api::payment {

struct SandboxOpened {
  static constexpr std::string_view name = "payment.sandbox_opened";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The sandbox waits for a payer.";
  std::string reference, order_code;
  Id payment_id;
  Money amount;
  Instant at;
  static constexpr auto fields() {
    using Self = SandboxOpened;
    return field_list(field("reference", &Self::reference, length(1, kReferenceMax)),
                      field("order_code", &Self::order_code, length(1, 16)),
                      field("payment_id", &Self::payment_id),
                      field("amount", &Self::amount, between(1, kMoneyMax)),
                      field("at", &Self::at));
  }
};

// An intent stands otherwise; of a captured one `amount` is what came.
struct SandboxMoved {
  static constexpr std::string_view name = "payment.sandbox_moved";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "An intent of the sandbox has another state.";
  std::string reference;
  IntentState state = IntentState::pending;
  Money amount;
  bool refund_fails = false;  // The first refund of it will.
  Instant at;
  static constexpr auto fields() {
    using Self = SandboxMoved;
    return field_list(field("reference", &Self::reference, length(1, kReferenceMax)),
                      field("state", &Self::state),
                      field("amount", &Self::amount, between(0, kMoneyMax)),
                      field("refund_fails", &Self::refund_fails), field("at", &Self::at));
  }
};

// The bank thinks; it will say yes at captured_at, and nobody can take it back until then.
struct SandboxDelayed {
  static constexpr std::string_view name = "payment.sandbox_delayed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "An intent of the sandbox will be captured later.";
  std::string reference;
  Instant captured_at;
  static constexpr auto fields() {
    return field_list(field("reference", &SandboxDelayed::reference, length(1, kReferenceMax)),
                      field("captured_at", &SandboxDelayed::captured_at));
  }
};

struct SandboxRefunded {
  static constexpr std::string_view name = "payment.sandbox_refunded";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The sandbox was asked to give money back.";
  std::string reference, key;
  Money amount;
  bool succeeded = true;
  Instant at;
  static constexpr auto fields() {
    using Self = SandboxRefunded;
    return field_list(field("reference", &Self::reference, length(1, kReferenceMax)),
                      field("key", &Self::key, length(1, 100)),
                      field("amount", &Self::amount, between(1, kMoneyMax)),
                      field("succeeded", &Self::succeeded), field("at", &Self::at));
  }
};

struct SandboxEvidenced {
  static constexpr std::string_view name = "payment.sandbox_evidence";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The sandbox was given evidence in a dispute.";
  std::string reference;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("reference", &SandboxEvidenced::reference, length(1, kReferenceMax)),
                      field("at", &SandboxEvidenced::at));
  }
};

// A webhook is to be sent at due_at.
struct SandboxHookPlanned {
  static constexpr std::string_view name = "payment.sandbox_hook_planned";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The sandbox will tell something.";
  Id hook_id, event_id, payment_id;
  std::string type, reference;
  Money amount;
  Instant at, due_at;
  static constexpr auto fields() {
    using Self = SandboxHookPlanned;
    return field_list(field("hook_id", &Self::hook_id), field("event_id", &Self::event_id),
                      field("payment_id", &Self::payment_id),
                      field("type", &Self::type, length(1, 64)),
                      field("reference", &Self::reference, length(1, kReferenceMax)),
                      field("amount", &Self::amount, between(0, kMoneyMax)), field("at", &Self::at),
                      field("due_at", &Self::due_at));
  }
};

struct SandboxHookTried {
  static constexpr std::string_view name = "payment.sandbox_hook_tried";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The sandbox tells something, and again at next_at.";
  Id hook_id;
  Instant next_at;
  static constexpr auto fields() {
    return field_list(field("hook_id", &SandboxHookTried::hook_id),
                      field("next_at", &SandboxHookTried::next_at));
  }
};

struct SandboxHookDone {
  static constexpr std::string_view name = "payment.sandbox_hook_done";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The sandbox was heard.";
  Id hook_id;
  static constexpr auto fields() { return field_list(field("hook_id", &SandboxHookDone::hook_id)); }
};

using SandboxFacts =
    std::variant<SandboxHookPlanned, SandboxHookTried, SandboxHookDone, SandboxOpened, SandboxMoved,
                 SandboxDelayed, SandboxRefunded, SandboxEvidenced>;

}  // namespace bilten::api::payment
