// The contract of orders.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_facts.h"

namespace bilten::api::ticket {

using api::ListOf;  // For who uses this namespace.

enum class OrderState : uint8_t { held, paid, expired, cancelled, partially_refunded, refunded };
constexpr auto names_of(OrderState) {
  return std::array<std::string_view, 6>{
      "held", "paid", "expired", "cancelled", "partially_refunded", "refunded"};
}

struct Buyer {
  std::string email, name;
  static constexpr auto fields() {
    return field_list(field("email", &Buyer::email, length(3, 254, Format::email)),
                      field("name", &Buyer::name, length(1, 200, Format::line)));
  }
};

struct OrderLine {
  Id ticket_type_id;
  int64_t quantity = 0;
  Money unit_price;
  static constexpr auto fields() {
    return field_list(field("ticket_type_id", &OrderLine::ticket_type_id),
                      field("quantity", &OrderLine::quantity, between(1, kOrderTicketsMax)),
                      field("unit_price", &OrderLine::unit_price, between(0, kMoneyMax)));
  }
};

struct OrderView {
  Id id, event_id;
  std::string code;
  OrderState state = OrderState::held;
  std::vector<OrderLine> items = {};
  Money total = {};
  Instant created_at = {};
  std::optional<Instant> expires_at = {};
  std::vector<Id> ticket_ids = {};
  std::optional<Buyer> buyer = {};
  std::optional<std::string> secret = {};
  static constexpr auto fields() {
    return field_list(
        field("id", &OrderView::id), field("event_id", &OrderView::event_id),
        field("code", &OrderView::code, length(1, 16)).doc("For people to read out; no key."),
        field("state", &OrderView::state),
        field("items", &OrderView::items, bilten::items(1, kOrderLinesMax)),
        field("total", &OrderView::total), field("created_at", &OrderView::created_at),
        field("expires_at", &OrderView::expires_at).doc("Pay before; only while held."),
        field("ticket_ids", &OrderView::ticket_ids, bilten::items(0, kOrderTicketsMax)),
        field("buyer", &OrderView::buyer).doc("For the buyer and for managers."),
        field("secret", &OrderView::secret, length(0, 64, Format::secret))
            .doc("Opens this order without an account. Told to who orders, and never again."));
  }
};

struct OrderItem {
  Id ticket_type_id;
  int64_t quantity = 0;
  static constexpr auto fields() {
    return field_list(field("ticket_type_id", &OrderItem::ticket_type_id),
                      field("quantity", &OrderItem::quantity, between(1, kOrderTicketsMax)));
  }
};

struct Order {
  static constexpr std::string_view name = "ticket.order";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST",
               .path = "/v1/orders",
               .status = 201,
               .location = "/v1/orders/{id}"},
      .refusals = {"unknown_event", "not_on_sale", "unknown_ticket_type", "sales_not_open",
                   "sales_closed", "under_minimum", "over_limit", "total_too_large", "sold_out"},
      .budget_ms = 5000,
      .doc =
          "Orders tickets. A free order is paid at once and has its tickets; any other is held, "
          "for as long as its event says, until it is paid. Each ticket type may stand in it "
          "once."};
  using Answer = OrderView;
  Id event_id;
  std::vector<OrderItem> items;
  Buyer buyer;
  static constexpr auto fields() {
    return field_list(field("event_id", &Order::event_id),
                      field("items", &Order::items, bilten::items(1, kOrderLinesMax)),
                      field("buyer", &Order::buyer));
  }
};

struct CancelOrder {
  static constexpr std::string_view name = "ticket.order.cancel";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/orders/{order_id}/cancel"},
      .refusals = {"unknown_order", "role_missing", "already_paid", "hold_expired"},
      .doc =
          "Gives up a held order; its places are free again. Cancelling twice answers the same."};
  using Answer = OrderView;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("order_id", &CancelOrder::order_id),
                      field("secret", &CancelOrder::secret, length(0, 64, Format::secret)));
  }
};

struct ConfirmOrder {
  static constexpr std::string_view name = "ticket.order.confirm";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .refusals = {"unknown_order"},
      .doc =
          "The order's total has been paid. Confirming the same payment twice answers the same; "
          "money that comes too late finds a place if there is one, or is announced by "
          "ticket.paid_too_late."};
  using Answer = OrderView;
  Id order_id, payment_id;
  static constexpr auto fields() {
    return field_list(field("order_id", &ConfirmOrder::order_id),
                      field("payment_id", &ConfirmOrder::payment_id));
  }
};

struct ReadOrder {
  static constexpr std::string_view name = "ticket.order.view";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/orders/{order_id}"},
      .refusals = {"unknown_order"},
      .doc =
          "One order: for who holds its secret, the person who made it, and members of the "
          "organisation."};
  using Answer = OrderView;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("order_id", &ReadOrder::order_id),
                      field("secret", &ReadOrder::secret, length(0, 64, Format::secret)));
  }
};

struct ListMyOrders {
  static constexpr std::string_view name = "ticket.my_orders";
  static constexpr Contract contract{.kind = Kind::query,
                                     .caller = Caller::person,
                                     .http = {.method = "GET", .path = "/v1/me/orders"},
                                     .refusals = {"invalid"},
                                     .doc = "The orders a person made, the newest first."};
  using Answer = ListOf<OrderView>;
  int64_t limit = 50;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    return field_list(field("limit", &ListMyOrders::limit, between(1, 100)).or_default(),
                      field("cursor", &ListMyOrders::cursor, length(1, 200)));
  }
};

}  // namespace bilten::api::ticket
