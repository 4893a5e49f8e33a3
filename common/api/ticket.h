// The contract of the ticket service: ticket types, orders, tickets, doors.
#pragma once

#include "common/api/ticket_facts.h"

namespace bilten::api::ticket {

// ---- what is answered ----

struct TicketTypeView {
  Id id, event_id;
  Text name;
  Money price;
  int64_t quantity = 0, available = 0;
  int64_t min_per_order = 1, max_per_order = 10;
  std::optional<Instant> sales_starts_at, sales_ends_at;
  static constexpr auto fields() {
    using View = TicketTypeView;
    return field_list(
        field("id", &View::id), field("event_id", &View::event_id),
        field("name", &View::name, length(1, 100)),
        field("price", &View::price, between(0, kMoneyMax)),
        field("quantity", &View::quantity, between(0, INT64_MAX)).doc("Sold, held and free."),
        field("available", &View::available, between(0, INT64_MAX)).doc("Free just now."),
        field("min_per_order", &View::min_per_order, between(1, kOrderTicketsMax)),
        field("max_per_order", &View::max_per_order, between(1, kOrderTicketsMax)),
        field("sales_starts_at", &View::sales_starts_at),
        field("sales_ends_at", &View::sales_ends_at));
  }
};

enum class OrderState : uint8_t { held, paid, expired, cancelled, partially_refunded, refunded };
constexpr auto names_of(OrderState) {
  return std::array<std::string_view, 6>{
      "held", "paid", "expired", "cancelled", "partially_refunded", "refunded"};
}

enum class TicketState : uint8_t { valid, used, cancelled, refunded, transferred };
constexpr auto names_of(TicketState) {
  return std::array<std::string_view, 5>{"valid", "used", "cancelled", "refunded", "transferred"};
}

struct TicketView {
  Id id, order_id, event_id, ticket_type_id;
  TicketState state = TicketState::valid;
  std::optional<std::string> code = {};
  static constexpr auto fields() {
    return field_list(
        field("id", &TicketView::id), field("order_id", &TicketView::order_id),
        field("event_id", &TicketView::event_id),
        field("ticket_type_id", &TicketView::ticket_type_id), field("state", &TicketView::state),
        field("code", &TicketView::code, length(0, 400, Format::secret))
            .doc("What the QR code holds: signed, base45. Left out where it is not asked for."));
  }
};

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

struct CheckInListView {
  Id id, event_id;
  std::string name;
  int64_t admitted = 0, inside = 0, total = 0;
  static constexpr auto fields() {
    using View = CheckInListView;
    return field_list(
        field("id", &View::id), field("event_id", &View::event_id),
        field("name", &View::name, length(1, 100)),
        field("admitted", &View::admitted, between(0, INT64_MAX)).doc("Tickets let in so far."),
        field("inside", &View::inside, between(0, INT64_MAX)).doc("Of these, not gone out again."),
        field("total", &View::total, between(0, INT64_MAX)).doc("Tickets sold that it admits."));
  }
};

struct TicketKey {
  int64_t key_id = 0;
  std::string algorithm;
  Bytes public_key;
  static constexpr auto fields() {
    return field_list(field("key_id", &TicketKey::key_id, between(1, 255)),
                      field("algorithm", &TicketKey::algorithm, length(1, 16)),
                      field("public_key", &TicketKey::public_key, between(32, 32)));
  }
};

template <class Item>
struct ListOf {
  std::vector<Item> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return field_list(field("items", &ListOf::items, bilten::items(0, 1000)),
                      field("next_cursor", &ListOf::next_cursor, length(1, 200)));
  }
};

// ---- the catalogue ----

struct AddType {
  static constexpr std::string_view name = "ticket.add_type";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/ticket-types",
               .status = 201,
               .location = "/v1/ticket-types/{id}"},
      .refusals = {"unknown_event", "role_missing", "wrong_currency", "too_many_types"},
      .doc = "Adds a ticket type to an event. Managers and owners only."};
  using Answer = TicketTypeView;
  Id event_id;
  Text title;
  Money price;
  int64_t quantity = 0;
  int64_t min_per_order = 1, max_per_order = 10;
  std::optional<Instant> sales_starts_at, sales_ends_at;
  static constexpr auto fields() {
    return field_list(
        field("event_id", &AddType::event_id),
        field("name", &AddType::title, length(1, 100, Format::line)),
        field("price", &AddType::price, between(0, kMoneyMax)).doc("0: free, sold at once."),
        field("quantity", &AddType::quantity, between(0, kQuantityMax)),
        field("min_per_order", &AddType::min_per_order, between(1, kOrderTicketsMax)).or_default(),
        field("max_per_order", &AddType::max_per_order, between(1, kOrderTicketsMax)).or_default(),
        field("sales_starts_at", &AddType::sales_starts_at),
        field("sales_ends_at", &AddType::sales_ends_at));
  }
};

struct ChangeType {
  static constexpr std::string_view name = "ticket.change_type";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PATCH", .path = "/v1/ticket-types/{ticket_type_id}"},
      .refusals = {"unknown_ticket_type", "role_missing", "wrong_currency", "quantity_below_taken"},
      .doc =
          "Changes what is given of a ticket type. Orders already made keep their price. "
          "Managers and owners only."};
  using Answer = TicketTypeView;
  Id ticket_type_id;
  std::optional<Text> title;
  std::optional<Money> price;
  std::optional<int64_t> quantity, min_per_order, max_per_order;
  std::optional<Instant> sales_starts_at, sales_ends_at;
  static constexpr auto fields() {
    using Self = ChangeType;
    return field_list(field("ticket_type_id", &Self::ticket_type_id),
                      field("name", &Self::title, length(1, 100, Format::line)),
                      field("price", &Self::price, between(0, kMoneyMax)),
                      field("quantity", &Self::quantity, between(0, kQuantityMax))
                          .doc("Never below what is held and sold."),
                      field("min_per_order", &Self::min_per_order, between(1, kOrderTicketsMax)),
                      field("max_per_order", &Self::max_per_order, between(1, kOrderTicketsMax)),
                      field("sales_starts_at", &Self::sales_starts_at),
                      field("sales_ends_at", &Self::sales_ends_at));
  }
};

struct ReadType {
  static constexpr std::string_view name = "ticket.type";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/ticket-types/{ticket_type_id}"},
      .refusals = {"unknown_ticket_type"},
      .doc = "One ticket type with what is free of it just now."};
  using Answer = TicketTypeView;
  Id ticket_type_id;
  static constexpr auto fields() {
    return field_list(field("ticket_type_id", &ReadType::ticket_type_id));
  }
};

struct ListTypes {
  static constexpr std::string_view name = "ticket.types";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/ticket-types"},
      .refusals = {"unknown_event"},
      .doc = "The ticket types of an event with what is free of each just now."};
  using Answer = ListOf<TicketTypeView>;
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &ListTypes::event_id)); }
};

// ---- orders ----

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

// ---- tickets ----

struct ListOrderTickets {
  static constexpr std::string_view name = "ticket.order.tickets";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/orders/{order_id}/tickets"},
      .refusals = {"unknown_order"},
      .doc =
          "The tickets of an order with their codes: for who holds its secret, the person who "
          "made it, and managers."};
  using Answer = ListOf<TicketView>;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    using Self = ListOrderTickets;
    return field_list(field("order_id", &Self::order_id),
                      field("secret", &Self::secret, length(0, 64, Format::secret)));
  }
};

struct ReadTicket {
  static constexpr std::string_view name = "ticket.ticket";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/tickets/{ticket_id}"},
      .refusals = {"unknown_ticket"},
      .doc = "One ticket with its code; the secret is that of its order."};
  using Answer = TicketView;
  Id ticket_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("ticket_id", &ReadTicket::ticket_id),
                      field("secret", &ReadTicket::secret, length(0, 64, Format::secret)));
  }
};

struct ReadTicketQr {
  static constexpr std::string_view name = "ticket.qr";
  static constexpr Contract contract{.kind = Kind::query,
                                     .http = {.method = "GET",
                                              .path = "/v1/tickets/{ticket_id}/qr.svg",
                                              .produces = "image/svg+xml"},
                                     .refusals = {"unknown_ticket", "ticket_ended"},
                                     .doc = "The ticket's code as a QR image."};
  using Answer = Content;
  Id ticket_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("ticket_id", &ReadTicketQr::ticket_id),
                      field("secret", &ReadTicketQr::secret, length(0, 64, Format::secret)));
  }
};

struct ListTicketKeys {
  static constexpr std::string_view name = "ticket.keys";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/ticket-keys"},
      .refusals = {"unknown_event"},
      .doc = "The public keys that check the event's ticket codes without a network."};
  using Answer = ListOf<TicketKey>;
  Id event_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ListTicketKeys::event_id));
  }
};

// ---- doors ----

struct ListCheckInLists {
  static constexpr std::string_view name = "ticket.check_in_lists";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/check-in-lists"},
      .refusals = {"unknown_event"},
      .doc =
          "The check-in lists of an event with their counters, for members of the organisation."};
  using Answer = ListOf<CheckInListView>;
  Id event_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ListCheckInLists::event_id));
  }
};

struct CheckInView {
  std::string result = "ok";
  Instant at;
  Direction direction = Direction::entry;
  Id check_in_list_id;
  TicketView ticket;
  Text ticket_type_name;
  static constexpr auto fields() {
    using View = CheckInView;
    return field_list(field("result", &View::result, length(2, 2)), field("at", &View::at),
                      field("direction", &View::direction),
                      field("check_in_list_id", &View::check_in_list_id),
                      field("ticket", &View::ticket),
                      field("ticket_type_name", &View::ticket_type_name, length(0, 100)));
  }
};

struct CheckIn {
  static constexpr std::string_view name = "ticket.check_in";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/check-ins", .status = 201},
      .refusals = {"unknown_check_in_list", "role_missing", "nonce_reused", "invalid",
                   "already_redeemed", "wrong_event", "wrong_type", "not_yet", "too_late",
                   "cancelled", "refunded", "revoked", "blocked", "unpaid", "not_inside"},
      .critical = true,
      .doc =
          "Lets a ticket in or out, once. A repeated nonce answers as the first time and counts "
          "nothing. Door staff only."};
  using Answer = CheckInView;
  std::string code;
  Id check_in_list_id;
  Direction direction = Direction::entry;
  std::optional<Instant> device_at;
  std::string nonce;
  static constexpr auto fields() {
    return field_list(
        field("code", &CheckIn::code, length(1, 400, Format::secret))
            .doc("As the QR code holds it."),
        field("check_in_list_id", &CheckIn::check_in_list_id),
        field("direction", &CheckIn::direction).or_default(),
        field("device_at", &CheckIn::device_at).doc("What the scanner's own clock says."),
        field("nonce", &CheckIn::nonce, length(1, 64, Format::line))
            .doc("New for each scan, the same when a scan is sent again."));
  }
};

}  // namespace bilten::api::ticket
