// What is remembered of refunds of whole events.
#pragma once

#include "common/api/ticket_event_refund_facts.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

using api::ticket::EventRefundSums;
using api::ticket::RefundFees;

// The timer of each that runs, by its row's key.
inline constexpr std::string_view kEventRefundTimer = "event_refund";

// Key: event id, then the refund's with its bits turned: the newest first. At most that one runs.
struct EventRefundRow {
  static constexpr std::string_view table = "event_refund";
  std::optional<Id> date_id = {};
  RefundFees fees = RefundFees::returned;
  Id person_id;
  Bytes up_to = {};  // The last order it came to, as OrderOfBuyer has it behind the event.
  EventRefundSums sums = {};
  Instant started_at = {};
  std::optional<Instant> ended_at = {};
  static constexpr auto fields() {
    using Self = EventRefundRow;
    return field_list(field("date", &Self::date_id), field("fees", &Self::fees),
                      field("person", &Self::person_id),
                      field("up_to", &Self::up_to, between(0, 32)), field("sums", &Self::sums),
                      field("started_at", &Self::started_at), field("ended_at", &Self::ended_at));
  }
};
inline std::string event_refund_key(const Id& event_id, const Id& event_refund_id) {
  return key_of(event_id, newest_first(event_refund_id));
}

// Key: the event's refund id + order id. Passed over, for its payment was disputed.
struct PassedOver : Mark {
  static constexpr std::string_view table = "event_refund_disputed";
};

}  // namespace bilten::ticket
