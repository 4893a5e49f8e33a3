// The contract of giving back all orders of a cancelled event (docs/payments.md).
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_event_refund_facts.h"

namespace bilten::api::ticket {

// The most orders that are counted as left, and the most disputed ones that are named.
inline constexpr int64_t kEventRefundLeftMax = 10'000;
inline constexpr int64_t kEventRefundNamedMax = 100;

enum class EventRefundState : uint8_t { running, done };
constexpr auto names_of(EventRefundState) {
  return std::array<std::string_view, 2>{"running", "done"};
}

struct EventRefundView {
  Id id, event_id;
  std::optional<Id> date_id = {};
  RefundFees fees = RefundFees::returned;
  EventRefundState state = EventRefundState::running;
  std::string currency = {};
  EventRefundSums sums = {};
  int64_t orders_left = 0;
  std::vector<Id> disputed_orders = {};
  Instant started_at = {};
  std::optional<Instant> ended_at = {};
  static constexpr auto fields() {
    using Self = EventRefundView;
    return join_fields(
        field_list(field("id", &Self::id), field("event_id", &Self::event_id),
                   field("date_id", &Self::date_id).doc("Absent: the whole event."),
                   field("fees", &Self::fees), field("state", &Self::state),
                   field("currency", &Self::currency, length(3, 3)), field("sums", &Self::sums)),
        field_list(
            field("orders_left", &Self::orders_left, between(0, kEventRefundLeftMax))
                .doc("Orders of the event that it has not come to; no more are counted than this "
                     "may be."),
            field("disputed_orders", &Self::disputed_orders, items(0, kEventRefundNamedMax))
                .doc("The first of those that were passed over. Once one is decided, and won, "
                     "refund it, or the event again."),
            field("started_at", &Self::started_at), field("ended_at", &Self::ended_at)));
  }
};

struct RefundEvent {
  static constexpr std::string_view name = "ticket.event.refund";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/events/{event_id}/refunds", .status = 202},
      .refusals = {"unknown_event", "role_missing", "unknown_date", "not_cancelled",
                   "refund_running"},
      .doc =
          "Gives back all orders of a cancelled event, whole and whatever they are, or all tickets "
          "of a cancelled date: a few orders at a time, until it has come to each. While that "
          "runs, the same answers how far it is. Managers only (docs/payments.md)."};
  using Answer = EventRefundView;
  Id event_id;
  std::optional<Id> date_id = {};
  RefundFees fees = RefundFees::returned;
  static constexpr auto fields() {
    using Self = RefundEvent;
    return field_list(
        field("event_id", &Self::event_id),
        field("date_id", &Self::date_id).doc("Only what is for this date; absent: everything."),
        field("fees", &Self::fees).or_default().doc("Whether fees are given back as well."));
  }
};

struct ListEventRefunds {
  static constexpr std::string_view name = "ticket.event.refunds";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/refunds"},
      .refusals = {"unknown_event", "role_missing"},
      .doc =
          "How far refunds of the whole event have come, the last twenty, the newest first: for "
          "managers. What became of the money: payment.event_refunds."};
  using Answer = ListOf<EventRefundView>;
  Id event_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ListEventRefunds::event_id));
  }
};

}  // namespace bilten::api::ticket
