#include "daemons/ticket/resend.h"

#include "common/crypto/order_link.h"
#include "daemons/ticket/buyer.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/recent.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::kLookUpMax;
using api::ticket::LookUpOrders;
using api::ticket::LookUpWanted;
using api::ticket::OrderMail;
using api::ticket::ResendOrder;
using api::ticket::ResendWanted;

namespace {

// A mail about what no longer is would help nobody.
bool is_alive(const OrderRow& order, UnixMillis now) {
  switch (order.state) {
    case OrderState::held: return !is_lapsed(order, now);
    case OrderState::paid:
    case OrderState::partially_refunded: return true;
    case OrderState::expired:
    case OrderState::cancelled:
    case OrderState::refunded: break;
  }
  return false;
}

std::string resend_key(const Id& order_id) {
  return recent_key("resend", order_id.view());
}
std::string look_up_key(const Id& event_id, const Bytes& buyer) {
  return recent_key("look_up", buyer_key(event_id, buyer.data));
}

// The last that live, at most kLookUpMax.
std::vector<Id> orders_of(const Rows& rows, const Id& event_id, const Bytes& buyer,
                          UnixMillis now) {
  constexpr size_t kScanMax = 1000;
  std::vector<Id> ids;
  const auto prefix = buyer_key(event_id, buyer.data);
  rows.scan<OrderOfBuyer>(prefix, {}, kScanMax, [&](std::string_view key, const OrderOfBuyer&) {
    const auto id = Id::from_bytes(key.substr(prefix.size()));
    const auto order = rows.find<OrderRow>(key.substr(prefix.size()));
    CHECK_INVARIANT(id && order);
    if (!is_alive(*order, now)) return true;
    if (ids.size() == static_cast<size_t>(kLookUpMax)) ids.erase(ids.begin());
    ids.push_back(*id);
    return true;
  });
  return ids;
}

}  // namespace

Decided<Nothing> decide_resend(const Rows& rows, const Context& context, const ResendOrder& message,
                               std::string_view mesh_key) {
  const auto& order_id = message.order_id;
  const auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return unknown_order(nullptr);
  if (order_access(rows, context.person, mesh_key, order_id, *order, message.secret) !=
      OrderAccess::all) {
    return unknown_order(context.person);
  }
  if (!is_alive(*order, context.now)) {
    return Error{Code::gone, "order_over", "The order is over; there is nothing to mail of it."};
  }
  if (const auto wait = recent_wait(rows, resend_key(order_id), context.now)) {
    Error error{Code::too_many, "too_many_resends",
                "An order is mailed " + std::to_string(kRecentMax) +
                    " times an hour; look into the junk folder, or wait."};
    error.retry_after_ms = *wait;
    return error;
  }
  Decision<Nothing> decision;
  decision.record(ended_fact<ResendWanted>(event_of(rows, *order), order_id, *order, context.now));
  return decision;
}

Decided<Nothing> decide_look_up(const Rows& rows, const Context& context,
                                const LookUpOrders& message, const OrderKeys& keys) {
  const auto& event_id = message.event_id;
  const auto event = find_event(rows, context.person, event_id);
  if (!event) return event.error();
  const auto buyer = buyer_hash(keys.mail_index, message.email);
  Decision<Nothing> decision;
  if (recent_wait(rows, look_up_key(event_id, buyer), context.now)) return decision;
  auto order_ids = orders_of(rows, event_id, buyer, context.now);
  if (order_ids.empty()) return decision;
  decision.record(LookUpWanted{.organization_id = event->organization_id,
                               .event_id = event_id,
                               .buyer = buyer,
                               .order_ids = std::move(order_ids),
                               .at = {context.now}});
  return decision;
}

Result<OrderMail::Answer> order_mail(const Reader& reader, const OrderMail& message,
                                     std::string_view mesh_key) {
  const auto order = reader.rows.find<OrderRow>(message.order_id.view());
  if (!order) return unknown_order(nullptr);
  const auto buyer = find_buyer(reader.vault, message.order_id);
  if (!buyer) return unknown_order(nullptr);
  return OrderMail::Answer{.email = buyer->email,
                           .buyer_name = buyer->name,
                           .secret = order_secret(mesh_key, message.order_id),
                           .code = order->code,
                           .event_id = order->event_id};
}

std::vector<Instant> resends_of(const Rows& rows, const Id& order_id) {
  return rows.find<RecentRow>(resend_key(order_id)).value_or(RecentRow{}).at;
}

void apply(Rows& rows, const ResendWanted& fact) {
  note_recent(rows, resend_key(fact.order_id), fact.at);
}

void apply(Rows& rows, const LookUpWanted& fact) {
  note_recent(rows, look_up_key(fact.event_id, fact.buyer), fact.at);
}

}  // namespace bilten::ticket
