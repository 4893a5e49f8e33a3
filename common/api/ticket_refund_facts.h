// What the ticket service announces of refunds; the payment service gives the money back by it.
#pragma once

#include <variant>

#include "common/api/ticket_sale_facts.h"

namespace bilten::api::ticket {

// Why money or tickets are given back. Words, not text: facts tell nothing about persons.
enum class RefundReason : uint8_t {
  asked_by_buyer,
  event_changed,
  event_cancelled,
  duplicate,
  goodwill,
  payment_refunded,
  dispute_lost,
};
constexpr auto names_of(RefundReason) {
  return std::array<std::string_view, 7>{"asked_by_buyer", "event_changed", "event_cancelled",
                                         "duplicate",      "goodwill",      "payment_refunded",
                                         "dispute_lost"};
}

// What becomes of the fees of tickets that are given back.
enum class RefundFees : uint8_t { returned, kept };
constexpr auto names_of(RefundFees) {
  return std::array<std::string_view, 2>{"returned", "kept"};
}

struct Refunded {
  static constexpr std::string_view name = "ticket.refunded";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Tickets of a paid order are given back, or a part of its money alone. The amount goes to "
      "who paid, unless `returned` says that it went already.";
  Id organization_id, event_id, order_id, refund_id;
  std::vector<Id> ticket_ids;  // That are void now; empty: money alone.
  Money amount;
  int64_t kept = 0;               // Fees of these tickets that are not given back, minor units.
  std::vector<Line> lines;        // What is left of the order, and costs; empty: nothing is left.
  std::optional<PromoUse> promo;  // Of what is left.
  RefundReason reason = RefundReason::asked_by_buyer;
  bool restock = true;          // The places can be had again; otherwise they stay taken.
  bool returned = false;        // The money went back before: nobody need act.
  std::optional<Id> person_id;  // Who did it; absent: a guest, or a payment.
  Instant at;
  static constexpr auto fields() {
    using Self = Refunded;
    return join_fields(
        field_list(field("organization_id", &Self::organization_id),
                   field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                   field("refund_id", &Self::refund_id),
                   field("ticket_ids", &Self::ticket_ids, items(0, kOrderTicketsMax)),
                   field("amount", &Self::amount, between(0, kMoneyMax)),
                   field("kept", &Self::kept, between(0, kMoneyMax))),
        field_list(field("lines", &Self::lines, items(0, kOrderLinesMax)),
                   field("promo", &Self::promo), field("reason", &Self::reason),
                   field("restock", &Self::restock), field("returned", &Self::returned),
                   field("person_id", &Self::person_id), field("at", &Self::at)));
  }
};

using RefundFacts = std::variant<Refunded>;

}  // namespace bilten::api::ticket
