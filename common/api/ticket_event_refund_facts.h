// What the ticket service announces of events whose money is given back whole. Each order's own
// refund is a ticket.refunded, as ever.
#pragma once

#include <variant>

#include "common/api/ticket_refund_facts.h"

namespace bilten::api::ticket {

// The most orders that one step of an event's refund looks at.
inline constexpr int64_t kEventRefundStepMax = 200;

// What an event's refund did. Amounts are minor units of the event's currency.
struct EventRefundSums {
  int64_t orders = 0, tickets = 0;  // Given back.
  int64_t amount = 0, kept = 0;
  int64_t holds = 0;             // Unpaid orders that were ended.
  int64_t already_refunded = 0;  // Orders of which nothing was left.
  int64_t disputed = 0;          // Orders that were passed over: a bank decides.
  static constexpr auto fields() {
    using Self = EventRefundSums;
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(
        field("orders", &Self::orders, limits).doc("Whose tickets were given back."),
        field("tickets", &Self::tickets, limits).doc("That are void by it."),
        field("amount", &Self::amount, limits).doc("That goes back, minor units."),
        field("kept", &Self::kept, limits).doc("Fees that do not, minor units."),
        field("holds", &Self::holds, limits).doc("Unpaid orders that were ended."),
        field("already_refunded", &Self::already_refunded, limits)
            .doc("Orders that were passed over, for nothing of them was left."),
        field("disputed", &Self::disputed, limits)
            .doc("Orders that were passed over, for a bank decides about their money."));
  }
};

struct EventRefundStarted {
  static constexpr std::string_view name = "ticket.event_refund_started";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "All orders of a cancelled event are given back, or what they have of a cancelled date: a "
      "ticket.refunded for each follows.";
  Id organization_id, event_id, event_refund_id;
  std::optional<Id> date_id;  // Absent: the whole event.
  RefundFees fees = RefundFees::returned;
  Id person_id;  // Who wants it.
  Instant at;
  static constexpr auto fields() {
    using Self = EventRefundStarted;
    return field_list(
        field("organization_id", &Self::organization_id), field("event_id", &Self::event_id),
        field("event_refund_id", &Self::event_refund_id), field("date_id", &Self::date_id),
        field("fees", &Self::fees), field("person_id", &Self::person_id), field("at", &Self::at));
  }
};

struct EventRefundAdvanced {
  static constexpr std::string_view name = "ticket.event_refund_advanced";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "An event's refund has come past some orders; what became of them stands beside it.";
  Id event_id, event_refund_id;
  Bytes up_to;               // The last of them: hash of its buyer's address, its id.
  EventRefundSums sums;      // Of these orders.
  std::vector<Id> disputed;  // Which of them were.
  Instant at;
  static constexpr auto fields() {
    using Self = EventRefundAdvanced;
    return field_list(
        field("event_id", &Self::event_id), field("event_refund_id", &Self::event_refund_id),
        field("up_to", &Self::up_to, between(32, 32)), field("sums", &Self::sums),
        field("disputed", &Self::disputed, items(0, kEventRefundStepMax)), field("at", &Self::at));
  }
};

struct EventRefundEnded {
  static constexpr std::string_view name = "ticket.event_refund_ended";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "An event's refund has come to every order; the money is on its way.";
  Id organization_id, event_id, event_refund_id;
  EventRefundSums sums;  // Of the whole.
  Instant at;
  static constexpr auto fields() {
    using Self = EventRefundEnded;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id),
                      field("event_refund_id", &Self::event_refund_id), field("sums", &Self::sums),
                      field("at", &Self::at));
  }
};

using EventRefundFacts = std::variant<EventRefundStarted, EventRefundAdvanced, EventRefundEnded>;

}  // namespace bilten::api::ticket
