// The contract of refunds: tickets given back, and money.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_orders.h"
#include "common/api/ticket_refund_facts.h"

namespace bilten::api::ticket {

// A refund, with how the order stands now.
struct RefundView {
  Id id, order_id;
  std::vector<Id> ticket_ids = {};
  Money amount = {};
  RefundReason reason = RefundReason::asked_by_buyer;
  Instant at = {};
  OrderState order_state = OrderState::paid;
  Money refundable = {};
  static constexpr auto fields() {
    using Self = RefundView;
    constexpr auto amount = between(0, kMoneyMax);
    return field_list(field("id", &Self::id), field("order_id", &Self::order_id),
                      field("ticket_ids", &Self::ticket_ids, items(0, kOrderTicketsMax))
                          .doc("That are void by it; none: money alone."),
                      field("amount", &Self::amount, amount), field("reason", &Self::reason),
                      field("at", &Self::at), field("order_state", &Self::order_state),
                      field("refundable", &Self::refundable, amount)
                          .doc("What the whole order would still give back, as it stands now."));
  }
};

struct RefundOrder {
  static constexpr std::string_view name = "ticket.order.refund";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/orders/{order_id}/refunds", .status = 201},
      .refusals = {"unknown_order", "role_missing", "not_paid", "already_refunded",
                   "exchange_order", "unknown_ticket", "disputed", "ticket_used",
                   "ticket_transferred", "not_refundable", "refund_closed", "too_many_refunds",
                   "amount_too_large"},
      .doc =
          "Gives back a paid order whole, some of its tickets, or an amount of its money alone. "
          "Tickets that stay are priced anew on the order's own terms, and the difference to what "
          "was paid is the refund (docs/pricing.md). Managers may at any time; the buyer until "
          "what it is for starts, tickets of refundable types that were not used; of a cancelled "
          "event or date whatever they are."};
  using Answer = RefundView;
  Id order_id;
  std::optional<std::string> secret = {};
  std::optional<std::vector<Id>> ticket_ids = {};
  std::optional<int64_t> amount = {};
  RefundReason reason = RefundReason::asked_by_buyer;
  RefundFees fees = RefundFees::returned;
  bool restock = true;
  static constexpr auto fields() {
    using Self = RefundOrder;
    return field_list(
        field("order_id", &Self::order_id),
        field("secret", &Self::secret, length(0, 64, Format::secret)),
        field("ticket_ids", &Self::ticket_ids, items(1, kOrderTicketsMax))
            .doc("Absent, and no amount either: all that are left."),
        field("amount", &Self::amount, between(1, kMoneyMax))
            .doc("Minor units of money alone; the tickets stay good. Managers only."),
        field("reason", &Self::reason).or_default(),
        field("fees", &Self::fees).or_default().doc("Whether fees are given back as well."),
        field("restock", &Self::restock)
            .or_default()
            .doc("The places can be had again. Managers only may say no."));
  }
};

struct ListRefunds {
  static constexpr std::string_view name = "ticket.order.refunds";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/orders/{order_id}/refunds"},
      .refusals = {"unknown_order"},
      .doc =
          "The refunds of an order, the oldest first: for who holds its secret, the person who "
          "made it, and managers."};
  using Answer = ListOf<RefundView>;
  Id order_id;
  std::optional<std::string> secret = {};
  static constexpr auto fields() {
    return field_list(field("order_id", &ListRefunds::order_id),
                      field("secret", &ListRefunds::secret, length(0, 64, Format::secret)));
  }
};

}  // namespace bilten::api::ticket
