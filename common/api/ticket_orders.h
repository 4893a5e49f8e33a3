// The contract of orders.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_attendees.h"
#include "common/api/ticket_sale_facts.h"

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
  Money unit_price, discount, fee, tax, total;
  static constexpr auto fields() {
    constexpr auto amount = between(0, kMoneyMax);
    return field_list(
        field("ticket_type_id", &OrderLine::ticket_type_id),
        field("quantity", &OrderLine::quantity, between(1, kOrderTicketsMax)),
        field("unit_price", &OrderLine::unit_price, amount).doc("Before everything else."),
        field("discount", &OrderLine::discount, amount).doc("Group rate and promo code."),
        field("fee", &OrderLine::fee, amount),
        field("tax", &OrderLine::tax, amount).doc("In the total."),
        field("total", &OrderLine::total, amount));
  }
};

// What a basket costs; the lines' amounts sum to these.
struct Sums {
  Money discount, fees, tax, total;
  static constexpr auto fields() {
    constexpr auto amount = between(0, kMoneyMax);
    return field_list(field("discount", &Sums::discount, amount),
                      field("fees", &Sums::fees, amount),
                      field("tax", &Sums::tax, amount).doc("In the total."),
                      field("total", &Sums::total, amount));
  }
};

struct QuoteView : Sums {
  Id event_id;
  std::vector<OrderLine> items = {};
  static constexpr auto fields() {
    return join_fields(
        field_list(field("event_id", &QuoteView::event_id),
                   field("items", &QuoteView::items, bilten::items(1, kOrderLinesMax))),
        Sums::fields());
  }
};

struct OrderView : Sums {
  Id id, event_id;
  std::string code;
  OrderState state = OrderState::held;
  std::vector<OrderLine> items = {};
  Instant created_at = {};
  std::optional<Instant> expires_at = {};
  std::vector<Id> ticket_ids = {};
  std::optional<Buyer> buyer = {};
  std::optional<std::string> secret = {};
  static constexpr auto fields() {
    return join_fields(
        field_list(
            field("id", &OrderView::id), field("event_id", &OrderView::event_id),
            field("code", &OrderView::code, length(1, 16)).doc("For people to read out; no key."),
            field("state", &OrderView::state),
            field("items", &OrderView::items, bilten::items(1, kOrderLinesMax))),
        Sums::fields(),
        field_list(
            field("created_at", &OrderView::created_at),
            field("expires_at", &OrderView::expires_at).doc("Pay before; only while held."),
            field("ticket_ids", &OrderView::ticket_ids, bilten::items(0, kOrderTicketsMax)),
            field("buyer", &OrderView::buyer).doc("For the buyer and for managers."),
            field("secret", &OrderView::secret, length(0, 64, Format::secret))
                .doc("Opens this order without an account. Told to who orders, and never again.")));
  }
};

struct OrderItem {
  Id ticket_type_id;
  int64_t quantity = 0;
  std::vector<AttendeeGiven> attendees = {};
  static constexpr auto fields() {
    return field_list(
        field("ticket_type_id", &OrderItem::ticket_type_id),
        field("quantity", &OrderItem::quantity, between(1, kOrderTicketsMax)),
        field("attendees", &OrderItem::attendees, items(0, kOrderTicketsMax))
            .or_default()
            .doc("Whom the tickets are for, one after the other; a quote does not look at it."));
  }
};

// What is wanted: the same for a quote, an order and a change of it.
struct Basket {
  std::vector<OrderItem> items;
  std::optional<std::string> promo_code = {};
  std::vector<AnswerGiven> answers = {};
  static constexpr auto fields() {
    return field_list(field("items", &Basket::items, bilten::items(1, kOrderItemsMax)),
                      field("promo_code", &Basket::promo_code, length(1, 40, Format::line)),
                      field("answers", &Basket::answers, bilten::items(0, kQuestionsMax))
                          .or_default()
                          .doc("To what is asked once an order; a quote does not look at it."));
  }
};

struct Quote : Basket {
  static constexpr std::string_view name = "ticket.quote";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "POST", .path = "/v1/quotes"},
      .refusals = {"unknown_event", "not_on_sale", "unknown_promo_code", "promo_not_open",
                   "promo_over", "unknown_ticket_type", "sales_not_open", "date_cancelled",
                   "sales_closed", "under_minimum", "over_limit", "addon_alone",
                   "promo_not_applicable", "promo_exhausted", "total_too_large", "sold_out"},
      .doc =
          "Prices a basket and holds nothing. An order of the same basket at the same moment costs "
          "the same to the minor unit."};
  using Answer = QuoteView;
  Id event_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("event_id", &Quote::event_id)), Basket::fields());
  }
};

struct Order : Basket {
  static constexpr std::string_view name = "ticket.order";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST",
               .path = "/v1/orders",
               .status = 201,
               .location = "/v1/orders/{id}"},
      .refusals = {"unknown_event",       "not_on_sale",         "queue_required",
                   "unknown_queue_token", "queue_not_yet",       "pass_used",
                   "pass_lapsed",         "unknown_promo_code",  "promo_not_open",
                   "promo_over",          "unknown_ticket_type", "sales_not_open",
                   "date_cancelled",      "sales_closed",        "under_minimum",
                   "over_limit",          "addon_alone",         "promo_not_applicable",
                   "promo_exhausted",     "total_too_large",     "sold_out"},
      .budget_ms = 5000,
      .doc =
          "Orders tickets. A free order is paid at once and has its tickets; any other is held, "
          "for as long as its event says, until it is paid. Each ticket type may stand in it "
          "once."};
  using Answer = OrderView;
  Id event_id;
  Buyer buyer;
  std::optional<std::string> queue_token = {};
  static constexpr auto fields() {
    return join_fields(
        field_list(field("event_id", &Order::event_id)), Basket::fields(),
        field_list(field("buyer", &Order::buyer),
                   field("queue_token", &Order::queue_token, length(1, 64, Format::secret))
                       .doc("Where the event has a waiting room: of its entry that "
                            "was let in.")));
  }
};

struct ChangeOrder : Basket {
  static constexpr std::string_view name = "ticket.order.change";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "PUT", .path = "/v1/orders/{order_id}/items"},
      .refusals =
          {"unknown_order",       "role_missing",       "already_paid",   "hold_expired",
           "not_on_sale",         "unknown_promo_code", "promo_not_open", "promo_over",
           "unknown_ticket_type", "sales_not_open",     "date_cancelled", "sales_closed",
           "under_minimum",       "over_limit",         "addon_alone",    "promo_not_applicable",
           "promo_exhausted",     "total_too_large",    "sold_out",       "becomes_free",
           "exchange_order"},
      .doc =
          "Changes a held order to other tickets, at the prices of this moment: all or nothing. "
          "What it held counts as free for it; its time goes on."};
  using Answer = OrderView;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return join_fields(
        field_list(field("order_id", &ChangeOrder::order_id),
                   field("secret", &ChangeOrder::secret, length(0, 64, Format::secret))),
        Basket::fields());
  }
};

struct ExtendHold {
  static constexpr std::string_view name = "ticket.order.extend";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/orders/{order_id}/extend"},
      .refusals = {"unknown_order", "role_missing", "already_paid", "hold_expired",
                   "already_extended"},
      .doc = "Gives a held order its event's hold time anew, once."};
  using Answer = OrderView;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("order_id", &ExtendHold::order_id),
                      field("secret", &ExtendHold::secret, length(0, 64, Format::secret)));
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
