// What the ticket service announces of tickets that become ones of another type.
#pragma once

#include <variant>

#include "common/api/ticket_sale_facts.h"

namespace bilten::api::ticket {

struct ExchangeHeld {
  static constexpr std::string_view name = "ticket.exchange_held";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "The ticket.held just before is for the difference of an exchange: paid, it changes a ticket "
      "of another order; expired, all is as it was.";
  Id organization_id, event_id, order_id, ticket_id;
  Id exchanged_order_id;  // The ticket's own.
  Line line;              // What the ticket of the new type costs in whole.
  Instant at;
  static constexpr auto fields() {
    using Self = ExchangeHeld;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("ticket_id", &Self::ticket_id),
                      field("exchanged_order_id", &Self::exchanged_order_id),
                      field("line", &Self::line), field("at", &Self::at));
  }
};

struct Exchanged {
  static constexpr std::string_view name = "ticket.exchanged";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A ticket is one of another type, under the same id; the codes it had are revoked. The "
      "amount "
      "goes back to who paid.";
  Id organization_id, event_id, order_id, ticket_id;
  Id ticket_type_id;  // The new one.
  Money amount;
  std::vector<Line> lines;  // What the order is now, and costs; the new ticket's is the last.
  std::optional<PromoUse> promo;
  int64_t paid = 0;                 // The difference, minor units, where the new one is dearer,
  std::optional<Id> paid_order_id;  // the order that held it,
  std::optional<Id> payment_id;     // and what paid that.
  std::optional<Id> person_id;      // Who did it; absent: a guest, or a payment.
  Instant at;
  static constexpr auto fields() {
    using Self = Exchanged;
    return join_fields(
        field_list(field("organization_id", &Self::organization_id),
                   field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                   field("ticket_id", &Self::ticket_id),
                   field("ticket_type_id", &Self::ticket_type_id),
                   field("amount", &Self::amount, between(0, kMoneyMax)),
                   field("lines", &Self::lines, items(1, kOrderLinesMax))),
        field_list(field("promo", &Self::promo), field("paid", &Self::paid, between(0, kMoneyMax)),
                   field("paid_order_id", &Self::paid_order_id),
                   field("payment_id", &Self::payment_id), field("person_id", &Self::person_id),
                   field("at", &Self::at)));
  }
};

using ExchangeFacts = std::variant<ExchangeHeld, Exchanged>;

}  // namespace bilten::api::ticket
