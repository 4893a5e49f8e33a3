#include "daemons/ticket/event_refunds.h"

#include "daemons/ticket/dates.h"
#include "daemons/ticket/event_refund_step.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ListOf;
using api::ticket::EventRefundAdvanced;
using api::ticket::EventRefundEnded;
using api::ticket::EventRefundStarted;
using api::ticket::EventRefundState;
using api::ticket::EventRefundView;
using api::ticket::ListEventRefunds;
using api::ticket::RefundEvent;

namespace {

// From one step to the next: a refund of thousands of orders takes some percent of the time of a
// writer that also sells.
constexpr UnixMillis kBetweenSteps = 100;

constexpr size_t kListed = 20;

struct Newest {
  Id event_refund_id;
  EventRefundRow row;
};

std::optional<Newest> find_newest(const Rows& rows, const Id& event_id) {
  std::optional<Newest> newest;
  rows.scan<EventRefundRow>(event_id.view(), {}, 1,
                            [&](std::string_view key, const EventRefundRow& row) {
                              newest = {newest_first(*Id::from_bytes(key.substr(16))), row};
                              return true;
                            });
  return newest;
}

int64_t count_left(const Rows& rows, const Id& event_id, const EventRefundRow& refund) {
  if (refund.ended_at) return 0;
  int64_t left = 0;
  rows.scan<OrderOfBuyer>(event_id.view(), last_key(event_id, refund),
                          api::ticket::kEventRefundLeftMax,
                          [&](std::string_view, const OrderOfBuyer&) { return ++left > 0; });
  return left;
}

EventRefundView view_of(const Rows& rows, const Id& event_id, const EventRow& event,
                        const Newest& refund) {
  const auto& row = refund.row;
  EventRefundView view{.id = refund.event_refund_id, .event_id = event_id};
  view.date_id = row.date_id;
  view.fees = row.fees;
  view.state = row.ended_at ? EventRefundState::done : EventRefundState::running;
  view.currency = event.terms.currency;
  view.sums = row.sums;
  view.orders_left = count_left(rows, event_id, row);
  view.started_at = row.started_at;
  view.ended_at = row.ended_at;
  rows.scan<PassedOver>(refund.event_refund_id.view(), {}, api::ticket::kEventRefundNamedMax,
                        [&](std::string_view key, const PassedOver&) {
                          view.disputed_orders.push_back(*Id::from_bytes(key.substr(16)));
                          return true;
                        });
  return view;
}

Status check_cancelled(const Rows& rows, const EventRow& event, const RefundEvent& message) {
  if (event.terms.state == api::event::State::cancelled) return Done{};
  const bool has_date = message.date_id.has_value();
  if (has_date && date_of(rows, *message.date_id).terms.state == DateState::cancelled) {
    return Done{};
  }
  return rests_on("event", {Code::conflict, "not_cancelled",
                            has_date ? "The date is not cancelled; cancel it first, or refund "
                                       "orders one by one."
                                     : "The event is not cancelled; cancel it first, or refund "
                                       "orders one by one."});
}

EventRefundRow row_of(const EventRefundStarted& fact) {
  EventRefundRow row{.date_id = fact.date_id, .fees = fact.fees, .person_id = fact.person_id};
  row.started_at = fact.at;
  return row;
}

template <class Fact>
Fact fact_of(const Id& event_id, const Id& event_refund_id, const EventRefundSums& sums,
             UnixMillis now) {
  Fact fact;
  fact.event_id = event_id;
  fact.event_refund_id = event_refund_id;
  fact.sums = sums;
  fact.at = {now};
  return fact;
}

void change(Rows& rows, const Id& event_id, const Id& event_refund_id,
            const std::function<void(EventRefundRow&)>& change_row) {
  const auto key = event_refund_key(event_id, event_refund_id);
  auto row = rows.find<EventRefundRow>(key);
  CHECK_INVARIANT(row && !row->ended_at);
  change_row(*row);
  rows.save(key, *row);
}

}  // namespace

Decided<EventRefundView> decide_refund_event(const Rows& rows, const Context& context,
                                             const RefundEvent& message) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(rows, context.person, event_id, Role::manager);
  if (!event) return event.error();
  if (const auto fit = check_date_known(rows, event_id, message.date_id); !fit) return fit.error();
  if (const auto fit = check_cancelled(rows, *event, message); !fit) return fit.error();
  Decision<EventRefundView> decision;
  const auto newest = find_newest(rows, event_id);
  if (newest && !newest->row.ended_at) {
    if (newest->row.date_id != message.date_id || newest->row.fees != message.fees) {
      return Error{Code::conflict, "refund_running",
                   "Another refund of this event runs; ask again once it is done."};
    }
    decision.answer = view_of(rows, event_id, *event, *newest);
    return decision;
  }
  EventRefundStarted fact{.organization_id = event->organization_id,
                          .event_id = event_id,
                          .event_refund_id = context.fresh_id(),
                          .date_id = message.date_id,
                          .fees = message.fees,
                          .person_id = context.person->person_id,
                          .at = {context.now}};
  decision.record(fact);
  decision.answer = view_of(rows, event_id, *event, {fact.event_refund_id, row_of(fact)});
  return decision;
}

Effects decide_event_refund_due(const Rows& rows, const Context& context, std::string_view key) {
  const auto refund = rows.find<EventRefundRow>(key);
  CHECK_INVARIANT(refund && !refund->ended_at);
  const auto event_id = *Id::from_bytes(key.substr(0, 16));
  const auto event_refund_id = newest_first(*Id::from_bytes(key.substr(16)));
  auto step = step_of_refund(rows, context, event_id, *refund);
  auto effects = std::move(step.effects);
  if (step.up_to != refund->up_to.data) {
    auto advanced = fact_of<EventRefundAdvanced>(event_id, event_refund_id, step.sums, context.now);
    advanced.up_to.data = step.up_to;
    advanced.disputed = std::move(step.disputed);
    effects.record(advanced);
  }
  if (step.is_last) {
    add(step.sums, refund->sums);
    auto ended = fact_of<EventRefundEnded>(event_id, event_refund_id, step.sums, context.now);
    ended.organization_id = rows.find<EventRow>(event_id.view())->organization_id;
    effects.record(ended);
  }
  return effects;
}

Result<ListOf<EventRefundView>> list_event_refunds(const Reader& reader,
                                                   const ListEventRefunds& message) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(reader.rows, reader.person, event_id, Role::manager);
  if (!event) return event.error();
  ListOf<EventRefundView> list;
  reader.rows.scan<EventRefundRow>(
      event_id.view(), {}, kListed, [&](std::string_view key, const EventRefundRow& row) {
        const auto id = newest_first(*Id::from_bytes(key.substr(16)));
        list.items.push_back(view_of(reader.rows, event_id, *event, {id, row}));
        return true;
      });
  return list;
}

void apply(Rows& rows, const EventRefundStarted& fact) {
  const auto key = event_refund_key(fact.event_id, fact.event_refund_id);
  rows.save(key, row_of(fact));
  rows.set_timer(kEventRefundTimer, key, fact.at.ms);
}

void apply(Rows& rows, const EventRefundAdvanced& fact) {
  change(rows, fact.event_id, fact.event_refund_id, [&](EventRefundRow& row) {
    row.up_to = fact.up_to;
    add(row.sums, fact.sums);
  });
  for (const auto& order_id : fact.disputed) {
    rows.save(key_of(fact.event_refund_id, order_id), PassedOver{});
  }
  rows.set_timer(kEventRefundTimer, event_refund_key(fact.event_id, fact.event_refund_id),
                 fact.at.ms + kBetweenSteps);
}

void apply(Rows& rows, const EventRefundEnded& fact) {
  change(rows, fact.event_id, fact.event_refund_id, [&](EventRefundRow& row) {
    CHECK_INVARIANT(row.sums.orders == fact.sums.orders && row.sums.amount == fact.sums.amount);
    row.ended_at = fact.at;
  });
  rows.clear_timer(kEventRefundTimer, event_refund_key(fact.event_id, fact.event_refund_id));
}

}  // namespace bilten::ticket
