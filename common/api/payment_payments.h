// The contract of payments of orders.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_terms.h"

namespace bilten::api::payment {

struct PaymentView {
  Id id, order_id;
  Method method = Method::card;
  PaymentState state = PaymentState::opening;
  Money amount = {}, refunded = {};
  Instant created_at = {};
  std::optional<std::string> redirect_url = {};
  std::optional<std::string> reference_code = {};
  std::optional<FailReason> fail_reason = {};
  bool disputed = false;
  static constexpr auto fields() {
    using Self = PaymentView;
    return join_fields(
        field_list(field("id", &Self::id), field("order_id", &Self::order_id),
                   field("method", &Self::method), field("state", &Self::state),
                   field("amount", &Self::amount, between(0, kMoneyMax)),
                   field("refunded", &Self::refunded, between(0, kMoneyMax)),
                   field("created_at", &Self::created_at)),
        field_list(field("redirect_url", &Self::redirect_url, length(1, kRedirectMax))
                       .doc("Where to pay: there once the provider has said it, as long as it can "
                            "be paid. While the state is opening, read again."),
                   field("reference_code", &Self::reference_code, length(1, 16))
                       .doc("Of a transfer: what to write as its purpose."),
                   field("fail_reason", &Self::fail_reason)
                       .doc("account_refused: the organizer's own account takes no money now; pay "
                            "by another method, or later."),
                   field("disputed", &Self::disputed)));
  }
};

struct OpenPayment {
  static constexpr std::string_view name = "payment.open";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST",
               .path = "/v1/orders/{order_id}/payments",
               .status = 201,
               .location = "/v1/payments/{id}"},
      .refusals = {"unknown_order", "already_paid", "hold_expired", "method_unavailable",
                   "too_many_payments", "amount_too_large"},
      .critical = true,
      .doc =
          "Begins to pay a held order: its total of this moment, by the method. One that can be "
          "paid already is answered again; one of another method or amount is ended first. Send "
          "the payer to redirect_url."};
  using Answer = PaymentView;
  Id order_id;
  std::optional<std::string> secret;
  Method method = Method::card;
  std::optional<std::string> return_url = {};
  static constexpr auto fields() {
    using Self = OpenPayment;
    return field_list(field("order_id", &Self::order_id),
                      field("secret", &Self::secret, length(0, 64, Format::secret)),
                      field("method", &Self::method).or_default(),
                      field("return_url", &Self::return_url, length(1, 2000, Format::line))
                          .doc("Where the payer goes afterwards: https, or http on this machine."));
  }
};

struct ListPayments {
  static constexpr std::string_view name = "payment.payments";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/orders/{order_id}/payments"},
      .refusals = {"unknown_order"},
      .doc =
          "The payments of an order, the newest first: for who holds its secret, the person who "
          "made it, and managers."};
  using Answer = ListOf<PaymentView>;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("order_id", &ListPayments::order_id),
                      field("secret", &ListPayments::secret, length(0, 64, Format::secret)));
  }
};

struct ReadPayment {
  static constexpr std::string_view name = "payment.payment";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/payments/{payment_id}"},
      .refusals = {"unknown_payment"},
      .doc = "One payment: for who holds its order's secret, who made that, and managers."};
  using Answer = PaymentView;
  Id payment_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("payment_id", &ReadPayment::payment_id),
                      field("secret", &ReadPayment::secret, length(0, 64, Format::secret)));
  }
};

// ---- the mesh alone ----

// An intent as a provider told of it.
struct ToldIntent {
  std::string reference;
  IntentState state = IntentState::pending;
  Money amount;
  std::optional<std::string> redirect_url = {};
  std::string money_reference = {};
  static constexpr auto fields() {
    return field_list(
        field("reference", &ToldIntent::reference, length(1, kReferenceMax)),
        field("state", &ToldIntent::state),
        field("amount", &ToldIntent::amount, between(0, kPaymentMax)),
        field("redirect_url", &ToldIntent::redirect_url, length(1, kRedirectMax)),
        field("money_reference", &ToldIntent::money_reference, length(0, kReferenceMax))
            .or_default());
  }
};

struct ToldRefund {
  std::string reference;
  RefundState state = RefundState::pending;
  std::string failure = {};
  static constexpr auto fields() {
    return field_list(field("reference", &ToldRefund::reference, length(0, kReferenceMax)),
                      field("state", &ToldRefund::state),
                      field("failure", &ToldRefund::failure, length(0, 64)));
  }
};

struct ToldFailure {
  std::string reason;
  bool may_retry = false;
  int64_t retry_after_ms = 0;
  static constexpr auto fields() {
    return field_list(
        field("reason", &ToldFailure::reason, length(0, 64)),
        field("may_retry", &ToldFailure::may_retry),
        field("retry_after_ms", &ToldFailure::retry_after_ms, between(0, 86'400'000)));
  }
};

// What was gathered for a dispute, and whether the provider has it.
struct ToldEvidence {
  Bytes pack;  // What ticket.order.evidence answered, without who bought it.
  bool is_submitted = false;
  static constexpr auto fields() {
    return field_list(field("pack", &ToldEvidence::pack, between(1, kEvidencePackMax)),
                      field("is_submitted", &ToldEvidence::is_submitted));
  }
};

// How a task at a provider ended: one of intent, refund, evidence and failure.
struct SettleTask {
  static constexpr std::string_view name = "payment.settle";
  static constexpr Contract contract{.kind = Kind::command,
                                     .caller = Caller::mesh,
                                     .doc =
                                         "Records what a provider answered. Of a task that is "
                                         "over by now: what is new in it."};
  using Answer = Nothing;
  TaskKind kind = TaskKind::open;
  Id id;
  std::optional<ToldIntent> intent = {};
  std::optional<ToldRefund> refund = {};
  std::optional<ToldFailure> failure = {};
  std::optional<ToldEvidence> evidence = {};
  static constexpr auto fields() {
    return field_list(field("kind", &SettleTask::kind), field("id", &SettleTask::id),
                      field("intent", &SettleTask::intent), field("refund", &SettleTask::refund),
                      field("failure", &SettleTask::failure),
                      field("evidence", &SettleTask::evidence));
  }
};

}  // namespace bilten::api::payment
