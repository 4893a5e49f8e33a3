// The contract of payments of orders.
#pragma once

#include "common/api/list.h"
#include "common/wire/contract.h"

namespace bilten::api::payment {

enum class PaymentState : uint8_t {
  opening,
  pending,
  requires_action,
  captured,
  failed,
  held_for_review,
  partially_refunded,
  refunded,
};
constexpr auto names_of(PaymentState) {
  return std::array<std::string_view, 8>{
      "opening", "pending",         "requires_action",    "captured",
      "failed",  "held_for_review", "partially_refunded", "refunded"};
}

struct PaymentView {
  Id id, order_id;
  PaymentState state = PaymentState::opening;
  Money amount = {};
  Instant created_at = {};
  std::optional<std::string> redirect_url = {};
  static constexpr auto fields() {
    return field_list(field("id", &PaymentView::id), field("order_id", &PaymentView::order_id),
                      field("state", &PaymentView::state),
                      field("amount", &PaymentView::amount, between(0, kMoneyMax)),
                      field("created_at", &PaymentView::created_at),
                      field("redirect_url", &PaymentView::redirect_url, length(1, 2000))
                          .doc("Where to pay; once the provider has said it."));
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

}  // namespace bilten::api::payment
