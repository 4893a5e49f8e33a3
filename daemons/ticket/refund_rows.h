// What is remembered of an order after it was sold: what is left of it, and each refund.
#pragma once

#include "common/api/ticket_refund_facts.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

using api::ticket::RefundReason;

// More refunds of one order are refused: a hundred tickets one by one, and as many times money.
inline constexpr size_t kRefundsPerOrderMax = 200;

// A ticket that was not given back, at the price it was sold for.
struct StandingTicket {
  Id ticket_id, ticket_type_id;
  int64_t unit_price = 0;
  static constexpr auto fields() {
    return field_list(field("ticket", &StandingTicket::ticket_id),
                      field("type", &StandingTicket::ticket_type_id),
                      field("unit_price", &StandingTicket::unit_price, between(0, kMoneyMax)));
  }
};

// Key: order id. What is left of a paid order, from its first refund or exchange on; until then
// the order's own row says it. refunded + kept <= paid, always: evolve checks it.
struct StandingRow {
  static constexpr std::string_view table = "standing";
  int64_t paid = 0;  // Minor units of the order's currency.
  int64_t refunded = 0;
  int64_t kept = 0;                          // Fees of tickets given back.
  std::vector<StandingTicket> tickets = {};  // In the order of the lines.
  std::vector<Line> lines = {};              // What these cost; empty: none is left.
  std::optional<PromoUse> promo = {};
  static constexpr auto fields() {
    using Self = StandingRow;
    constexpr auto amount = between(0, kMoneyMax);
    return field_list(field("paid", &Self::paid, amount),
                      field("refunded", &Self::refunded, amount),
                      field("kept", &Self::kept, amount),
                      field("tickets", &Self::tickets, items(0, api::ticket::kOrderTicketsMax)),
                      field("lines", &Self::lines, items(0, api::ticket::kOrderLinesMax)),
                      field("promo", &Self::promo));
  }
};

// Key: order id + refund id (UUIDv7, so that refunds land in time order).
struct RefundRow {
  static constexpr std::string_view table = "refund";
  std::vector<Id> ticket_ids = {};
  Money amount = {};
  RefundReason reason = RefundReason::asked_by_buyer;
  Instant at = {};
  static constexpr auto fields() {
    return field_list(
        field("tickets", &RefundRow::ticket_ids, items(0, api::ticket::kOrderTicketsMax)),
        field("amount", &RefundRow::amount), field("reason", &RefundRow::reason),
        field("at", &RefundRow::at));
  }
};

}  // namespace bilten::ticket
