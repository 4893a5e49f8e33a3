// The contract of exchanges: a ticket for one of another type.
#pragma once

#include "common/api/ticket_exchange_facts.h"
#include "common/api/ticket_orders.h"

namespace bilten::api::ticket {

// done: the ticket is of the new type. held: it will be, once the difference is paid.
enum class ExchangeState : uint8_t { done, held };
constexpr auto names_of(ExchangeState) {
  return std::array<std::string_view, 2>{"done", "held"};
}

struct ExchangeView {
  Id ticket_id, ticket_type_id;
  ExchangeState state = ExchangeState::done;
  Money refunded = {};
  std::optional<OrderView> order = {};
  static constexpr auto fields() {
    using Self = ExchangeView;
    return field_list(
        field("ticket_id", &Self::ticket_id),
        field("ticket_type_id", &Self::ticket_type_id).doc("The one asked for."),
        field("state", &Self::state),
        field("refunded", &Self::refunded, between(0, kMoneyMax)).doc("Where it is cheaper."),
        field("order", &Self::order).doc("Of held: the difference; pay it before it expires."));
  }
};

struct ExchangeTicket {
  static constexpr std::string_view name = "ticket.exchange";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/tickets/{ticket_id}/exchange"},
      .refusals = {"unknown_ticket", "role_missing", "ticket_used", "disputed", "ticket_ended",
                   "same_type", "exchange_closed", "ticket_transferred", "not_on_sale",
                   "unknown_ticket_type", "sales_not_open", "date_cancelled", "sales_closed",
                   "under_minimum", "over_limit", "addon_alone", "total_too_large", "sold_out"},
      .doc =
          "Makes a ticket that was not used one of another type of its event, at the price of this "
          "moment. Costs that no more, it is done at once and the difference goes back; costs it "
          "more, the difference is held as an order that makes the exchange when it is paid. Codes "
          "given out before are revoked. For who holds the order's secret, the person who made it, "
          "until what it is for starts, and managers."};
  using Answer = ExchangeView;
  Id ticket_id, ticket_type_id;
  std::optional<std::string> secret = {};
  static constexpr auto fields() {
    using Self = ExchangeTicket;
    return field_list(field("ticket_id", &Self::ticket_id),
                      field("ticket_type_id", &Self::ticket_type_id),
                      field("secret", &Self::secret, length(0, 64, Format::secret)));
  }
};

}  // namespace bilten::api::ticket
