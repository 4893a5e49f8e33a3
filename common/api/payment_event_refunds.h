// The contract of how far an event's money has come on its way back.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_terms.h"

namespace bilten::api::payment {

struct RefundSum {
  int64_t refunds = 0, amount = 0;  // Minor units.
  static constexpr auto fields() {
    return field_list(field("refunds", &RefundSum::refunds, between(0, INT64_MAX)),
                      field("amount", &RefundSum::amount, between(0, INT64_MAX)));
  }
};

// Each refund of an event's payments is in one of them.
struct EventRefundSums {
  RefundSum waiting, by_hand, failed, returned;
  static constexpr auto fields() {
    using Self = EventRefundSums;
    return field_list(
        field("waiting", &Self::waiting).doc("For their turn at the provider, or its answer."),
        field("by_hand", &Self::by_hand).doc("For staff, who gives them back and says so."),
        field("failed", &Self::failed).doc("Wait for staff: see what needs attention."),
        field("returned", &Self::returned));
  }
};

struct EventRefundMoney : EventRefundSums {
  std::string currency;
  static constexpr auto fields() {
    return join_fields(field_list(field("currency", &EventRefundMoney::currency, length(3, 3))),
                       EventRefundSums::fields());
  }
};

struct ReadEventRefunds {
  static constexpr std::string_view name = "payment.event_refunds";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/refunds/money"},
      .refusals = {"unknown_event", "role_missing"},
      .doc =
          "How much of an event's money is on its way back, or back, by currency: for managers. "
          "Whatever was not paid here (box office, imports) is not in it."};
  using Answer = ListOf<EventRefundMoney>;
  Id event_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ReadEventRefunds::event_id));
  }
};

}  // namespace bilten::api::payment
