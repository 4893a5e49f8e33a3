// The contract of the sandbox: a provider of our own, for trying things out (docs/payments.md).
#pragma once

#include "common/api/list.h"
#include "common/api/payment_payments.h"
#include "common/api/payment_reconcile.h"

namespace bilten::api::payment {

// What a payer can press on the sandbox's page.
enum class Press : uint8_t {
  approve,
  decline,
  challenge,     // 3-D Secure: the bank asks for something more.
  abandon,       // Leaves.
  slow,          // The bank says yes after some seconds.
  late,          // The bank says yes after the order's time.
  twice,         // The webhook comes twice.
  out_of_order,  // An older webhook comes after the newer.
  wrong_amount,  // Less comes than was asked for.
  refund_fails,  // Approved; the first refund of it will fail.
  dispute_won,   // Approved, then disputed; the money stays in the end,
  dispute_lost,  // or goes.
};
constexpr auto names_of(Press) {
  return std::array<std::string_view, 12>{
      "approve", "decline",      "challenge",    "abandon",      "slow",        "late",
      "twice",   "out_of_order", "wrong_amount", "refund_fails", "dispute_won", "dispute_lost"};
}

struct SandboxPage {
  static constexpr std::string_view name = "payment.sandbox.page";
  static constexpr Contract contract{.kind = Kind::query,
                                     .http = {.method = "GET",
                                              .path = "/v1/sandbox/pay/{reference}",
                                              .produces = "text/html; charset=utf-8"},
                                     .refusals = {"unknown_intent"},
                                     .doc = "The page on which a payer pays in the sandbox."};
  using Answer = Content;
  std::string reference;
  static constexpr auto fields() {
    return field_list(field("reference", &SandboxPage::reference, length(1, kReferenceMax)));
  }
};

struct SandboxPress {
  static constexpr std::string_view name = "payment.sandbox.press";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST",
               .path = "/v1/sandbox/pay/{reference}",
               .produces = "text/html; charset=utf-8"},
      .refusals = {"unknown_intent"},
      .doc =
          "A payer presses a button of the sandbox's page. Once it is decided, a press shows "
          "how."};
  using Answer = Content;
  std::string reference;
  Press press = Press::approve;
  static constexpr auto fields() {
    return field_list(field("reference", &SandboxPress::reference, length(1, kReferenceMax)),
                      field("press", &SandboxPress::press));
  }
};

struct SandboxEntry {
  std::string reference;
  Id payment_id;
  IntentState state = IntentState::pending;
  Money amount = {}, captured = {}, refunded = {};
  Instant created_at = {};
  bool has_evidence = false;
  static constexpr auto fields() {
    using Self = SandboxEntry;
    constexpr auto amount = between(0, kMoneyMax);
    return field_list(
        field("reference", &Self::reference, length(1, kReferenceMax)),
        field("payment_id", &Self::payment_id), field("state", &Self::state),
        field("amount", &Self::amount, amount), field("captured", &Self::captured, amount),
        field("refunded", &Self::refunded, amount), field("created_at", &Self::created_at),
        field("has_evidence", &Self::has_evidence).doc("Given in its dispute."));
  }
};

struct SandboxBook {
  static constexpr std::string_view name = "payment.sandbox.book";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/sandbox/book"},
      .doc =
          "What the sandbox has in its book, as a provider would report it, for audits. Without "
          "the sandbox it is empty."};
  using Answer = ListOf<SandboxEntry>;
  int64_t limit = 50;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    return field_list(field("limit", &SandboxBook::limit, between(1, 200)).or_default(),
                      field("cursor", &SandboxBook::cursor, length(1, 400)));
  }
};

// ---- what the port asks of the book ----

struct SandboxOpen {
  static constexpr std::string_view name = "payment.sandbox.open";
  static constexpr Contract contract{
      .caller = Caller::mesh, .refusals = {"sandbox_off"}, .doc = "Opens an intent, or finds it."};
  using Answer = ToldIntent;
  std::string reference, order_code, return_url;
  Id payment_id;
  Money amount;
  static constexpr auto fields() {
    using Self = SandboxOpen;
    return field_list(field("reference", &Self::reference, length(1, kReferenceMax)),
                      field("order_code", &Self::order_code, length(1, 16)),
                      field("return_url", &Self::return_url, length(0, 2000)),
                      field("payment_id", &Self::payment_id),
                      field("amount", &Self::amount, between(1, kMoneyMax)));
  }
};

struct SandboxLookUp {
  static constexpr std::string_view name = "payment.sandbox.look_up";
  static constexpr Contract contract{
      .caller = Caller::mesh, .refusals = {"unknown_intent"}, .doc = "How an intent stands."};
  using Answer = ToldIntent;
  std::string reference;
  static constexpr auto fields() {
    return field_list(field("reference", &SandboxLookUp::reference, length(1, kReferenceMax)));
  }
};

struct SandboxCancel {
  static constexpr std::string_view name = "payment.sandbox.cancel";
  static constexpr Contract contract{.caller = Caller::mesh,
                                     .refusals = {"unknown_intent"},
                                     .doc = "Ends an intent that nothing was decided about."};
  using Answer = ToldIntent;
  std::string reference;
  static constexpr auto fields() {
    return field_list(field("reference", &SandboxCancel::reference, length(1, kReferenceMax)));
  }
};

struct SandboxEvidence {
  static constexpr std::string_view name = "payment.sandbox.evidence";
  static constexpr Contract contract{.caller = Caller::mesh,
                                     .refusals = {"unknown_intent"},
                                     .doc = "Takes evidence in a dispute, once."};
  using Answer = Nothing;
  std::string reference;
  static constexpr auto fields() {
    return field_list(field("reference", &SandboxEvidence::reference, length(1, kReferenceMax)));
  }
};

struct SandboxRefund {
  static constexpr std::string_view name = "payment.sandbox.refund";
  static constexpr Contract contract{.caller = Caller::mesh,
                                     .refusals = {"unknown_intent", "nothing_to_refund"},
                                     .doc = "Gives money back, once for each key."};
  using Answer = ToldRefund;
  std::string reference, key;
  Money amount;
  static constexpr auto fields() {
    using Self = SandboxRefund;
    return field_list(field("reference", &Self::reference, length(1, kReferenceMax)),
                      field("key", &Self::key, length(1, 100)),
                      field("amount", &Self::amount, between(1, kMoneyMax)));
  }
};

struct SandboxHeard {
  static constexpr std::string_view name = "payment.sandbox.heard";
  static constexpr Contract contract{.caller = Caller::mesh, .doc = "A webhook was taken."};
  using Answer = Nothing;
  Id hook_id;
  static constexpr auto fields() { return field_list(field("hook_id", &SandboxHeard::hook_id)); }
};

struct SandboxReport {
  static constexpr std::string_view name = "payment.sandbox.report";
  static constexpr Contract contract{.caller = Caller::mesh,
                                     .doc = "What moved money since then, the oldest first."};
  using Answer = ToldPage;
  Instant from;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    return field_list(field("from", &SandboxReport::from),
                      field("cursor", &SandboxReport::cursor, length(1, kReferenceMax)));
  }
};

}  // namespace bilten::api::payment
