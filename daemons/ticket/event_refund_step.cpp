#include "daemons/ticket/event_refund_step.h"

#include <algorithm>
#include <map>

#include "daemons/ticket/dates.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/payments.h"
#include "daemons/ticket/refunds.h"
#include "daemons/ticket/standing.h"

namespace bilten::ticket {
namespace {

// A step is full with any of them: a writer that also sells shall not be long in it.
constexpr int64_t kOrdersMax = 20, kTicketsMax = 100;
constexpr int64_t kLookedAtMax = api::ticket::kEventRefundStepMax;

class Walk {
 public:
  Walk(const Rows& rows, const Context& context, const EventRow& event,
       const EventRefundRow& refund, EventRefundStep& step)
      : rows_(rows), context_(context), event_(event), refund_(refund), step_(step) {}

  bool is_full() const {
    return looked_at_ >= kLookedAtMax || step_.sums.orders >= kOrdersMax ||
           step_.sums.tickets >= kTicketsMax;
  }

  void take(const Id& order_id) {
    ++looked_at_;
    const auto order = rows_.find<OrderRow>(order_id.view());
    CHECK_INVARIANT(order);
    switch (order->state) {
      case OrderState::held: return end_hold(order_id, *order);
      case OrderState::paid:
      case OrderState::partially_refunded:
      case OrderState::refunded: return give_back(order_id, *order);
      case OrderState::expired:
      case OrderState::cancelled: return;
    }
  }

 private:
  bool is_meant(const Id& ticket_type_id) {
    if (!refund_.date_id) return true;
    const auto [found, is_new] = meant_.try_emplace(ticket_type_id, false);
    if (is_new) found->second = date_id_of_type(rows_, event_, ticket_type_id) == refund_.date_id;
    return found->second;
  }

  // A hold that is also for another date may still become an order for that one alone.
  void end_hold(const Id& order_id, const OrderRow& order) {
    const auto is_line_meant = [this](const Line& line) { return is_meant(line.ticket_type_id); };
    if (!std::all_of(order.lines.begin(), order.lines.end(), is_line_meant)) return;
    step_.effects.record(ended_fact<api::ticket::Cancelled>(event_, order_id, order, context_.now));
    ++step_.sums.holds;
  }

  void give_back(const Id& order_id, const OrderRow& order) {
    const auto standing = find_standing(rows_, order_id, order);
    std::vector<Id> ticket_ids;
    for (const auto& ticket : standing.tickets) {
      if (is_meant(ticket.ticket_type_id)) ticket_ids.push_back(ticket.ticket_id);
    }
    if (ticket_ids.empty()) return note_refunded(order);
    if (is_disputed(rows_, order_id)) {
      step_.disputed.push_back(order_id);
      ++step_.sums.disputed;
      return;
    }
    auto fact = refund_tickets(rows_, context_, {order_id, order, standing, refund_.fees},
                               std::move(ticket_ids));
    fact.reason = RefundReason::event_cancelled;
    fact.person_id = refund_.person_id;
    step_.effects.record(fact);
    add(step_.sums, {.orders = 1,
                     .tickets = static_cast<int64_t>(fact.ticket_ids.size()),
                     .amount = fact.amount.amount,
                     .kept = fact.kept});
  }

  // An order that never had anything of the date was not given back before.
  void note_refunded(const OrderRow& order) {
    const auto is_line_meant = [this](const Line& line) { return is_meant(line.ticket_type_id); };
    const bool had_some = std::any_of(order.lines.begin(), order.lines.end(), is_line_meant);
    if (had_some) ++step_.sums.already_refunded;
  }

  const Rows& rows_;
  const Context& context_;
  const EventRow& event_;
  const EventRefundRow& refund_;
  EventRefundStep& step_;
  std::map<Id, bool> meant_;  // Ticket types.
  int64_t looked_at_ = 0;
};

}  // namespace

EventRefundStep step_of_refund(const Rows& rows, const Context& context, const Id& event_id,
                               const EventRefundRow& refund) {
  const auto event = rows.find<EventRow>(event_id.view());
  CHECK_INVARIANT(event);
  EventRefundStep step;
  step.up_to = refund.up_to.data;
  Walk walk(rows, context, *event, refund, step);
  rows.scan<OrderOfBuyer>(event_id.view(), last_key(event_id, refund), SIZE_MAX,
                          [&](std::string_view key, const OrderOfBuyer&) {
                            step.is_last = !walk.is_full();
                            if (!step.is_last) return false;
                            step.up_to = key.substr(16);
                            walk.take(*Id::from_bytes(key.substr(32)));
                            return true;
                          });
  return step;
}

std::string last_key(const Id& event_id, const EventRefundRow& refund) {
  const auto& up_to = refund.up_to.data;
  return up_to.empty() ? "" : buyer_key(event_id, up_to);
}

void add(EventRefundSums& sums, const EventRefundSums& more) {
  sums.orders += more.orders;
  sums.tickets += more.tickets;
  sums.amount += more.amount;
  sums.kept += more.kept;
  sums.holds += more.holds;
  sums.already_refunded += more.already_refunded;
  sums.disputed += more.disputed;
}

}  // namespace bilten::ticket
