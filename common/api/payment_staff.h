// The contract of what staff does about money: judge, give back, try again, mark received.
#pragma once

#include "common/api/payment_payments.h"

namespace bilten::api::payment {

enum class AttentionKind : uint8_t { review, refund, task, dispute, account, report };
constexpr auto names_of(AttentionKind) {
  return std::array<std::string_view, 6>{"review",  "refund",  "task",
                                         "dispute", "account", "report"};
}

struct AttentionView {
  AttentionKind kind = AttentionKind::review;
  Id id;
  std::optional<Id> payment_id = {}, order_id = {};
  std::optional<Money> amount = {};
  std::optional<Money> received = {};
  std::string reason = {};
  Instant since = {};
  std::optional<Instant> due_at = {};
  static constexpr auto fields() {
    using Self = AttentionView;
    constexpr auto amount = between(0, kMoneyMax);
    return join_fields(
        field_list(field("kind", &Self::kind)
                       .doc("review: other money came than was asked for; release or refund it. "
                            "refund: it could not be given back; retry. task: the provider was "
                            "asked in vain to end a payment; retry. dispute: see due_at. "
                            "account: your own account at the provider refuses us "
                            "(provider_refuses_us) or is not in the settings any more "
                            "(account_missing): give the platform's operator a key that works. "
                            "What waits for it goes on by itself. report: what your own account "
                            "reports could not be read, as reason says, or differs from the "
                            "ledger (ledger_differs): see the ledger's reconciliation."),
                   field("id", &Self::id).doc("Of the refund, the payment, or the organisation."),
                   field("payment_id", &Self::payment_id).doc("Absent: of kind report."),
                   field("order_id", &Self::order_id), field("amount", &Self::amount, amount)),
        field_list(field("received", &Self::received, amount),
                   field("reason", &Self::reason, length(0, 64)), field("since", &Self::since),
                   field("due_at", &Self::due_at).doc("Evidence is heard until then.")));
  }
};

struct ListAttention {
  static constexpr std::string_view name = "payment.attention";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/payments/attention"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc = "What staff is to look at, of all payments of the organisation: for managers."};
  using Answer = ListOf<AttentionView>;
  Id organization_id;
  int64_t limit = 50;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    return field_list(field("organization_id", &ListAttention::organization_id),
                      field("limit", &ListAttention::limit, between(1, 200)).or_default(),
                      field("cursor", &ListAttention::cursor, length(1, 200)));
  }
};

// The base of what a manager does about one payment.
struct StaffAction {
  Id payment_id;
  static constexpr auto fields() {
    return field_list(field("payment_id", &StaffAction::payment_id));
  }
};

struct ReleasePayment : StaffAction {
  static constexpr std::string_view name = "payment.release";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/payments/{payment_id}/release"},
      .refusals = {"unknown_payment", "role_missing", "not_in_review", "other_currency",
                   "partly_returned"},
      .doc =
          "Lets money that was held for review count as the order's total: the order is paid, "
          "what it is more or less is the organizer's. For managers."};
  using Answer = PaymentView;
};

struct ReturnPayment : StaffAction {
  static constexpr std::string_view name = "payment.return";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/payments/{payment_id}/return"},
      .refusals = {"unknown_payment", "role_missing", "not_in_review"},
      .doc = "Gives money that was held for review back, whole. For managers."};
  using Answer = PaymentView;
};

struct RetryPayment : StaffAction {
  static constexpr std::string_view name = "payment.retry";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/payments/{payment_id}/retry"},
      .refusals = {"unknown_payment", "role_missing", "nothing_to_retry"},
      .doc =
          "Asks the provider again for what it refused or was asked in vain: refunds, the end of "
          "a payment. For managers."};
  using Answer = PaymentView;
};

struct ReceivePayment : StaffAction {
  static constexpr std::string_view name = "payment.receive";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/payments/{payment_id}/receive"},
      .refusals = {"unknown_payment", "role_missing", "not_by_hand", "already_received"},
      .doc =
          "Says that the money of a transfer or of a payment on site is here. For managers. "
          "Another amount than was asked for is held for review."};
  using Answer = PaymentView;
  Money amount;
  static constexpr auto fields() {
    return join_fields(StaffAction::fields(), field_list(field("amount", &ReceivePayment::amount,
                                                               between(1, kPaymentMax))));
  }
};

struct GiveBack : StaffAction {
  static constexpr std::string_view name = "payment.give_back";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/payments/{payment_id}/give-back"},
      .refusals = {"unknown_payment", "role_missing", "nothing_to_give_back"},
      .doc =
          "Says that staff has given the money of a refund back, of a transfer or a payment on "
          "site. The attention list shows which refunds wait. For managers."};
  using Answer = PaymentView;
  Id refund_id;
  static constexpr auto fields() {
    return join_fields(StaffAction::fields(), field_list(field("refund_id", &GiveBack::refund_id)));
  }
};

}  // namespace bilten::api::payment
