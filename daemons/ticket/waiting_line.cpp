// The line itself: who is next, and what each fact makes of it.
#include "daemons/ticket/waiting_line.h"

#include <algorithm>

#include "daemons/ticket/dates.h"
#include "daemons/ticket/stock.h"
#include "daemons/ticket/waiting_list.h"

namespace bilten::ticket {

using api::ticket::WaitingListAccepted;
using api::ticket::WaitingListJoined;
using api::ticket::WaitingListLapsed;
using api::ticket::WaitingListLeft;
using api::ticket::WaitingListOffered;
using api::ticket::WaitingListRested;
using api::ticket::WaitingState;

namespace {

// The first in line whose quantity fits.
std::optional<Id> first_that_fits(const Rows& rows, const Id& ticket_type_id) {
  const auto free = available_in_line(rows, ticket_type_id);
  std::optional<Id> first;
  for (int64_t quantity = 1; quantity <= std::min(free, api::ticket::kOrderTicketsMax);
       ++quantity) {
    rows.scan<InLine>(line_key(ticket_type_id, quantity), {}, 1,
                      [&](std::string_view key, const InLine&) {
                        const auto id = Id::from_bytes(key.substr(24));
                        CHECK_INVARIANT(id);
                        if (!first || *id < *first) first = id;
                        return true;
                      });
  }
  return first;
}

// Until when the type is sold; nothing: it is not on sale now.
std::optional<UnixMillis> sold_until(const Rows& rows, const EventRow& event,
                                     const TypeTerms& terms, UnixMillis now) {
  if (!check_on_sale(event, now)) return std::nullopt;
  if (terms.sales_starts_at && now < terms.sales_starts_at->ms) return std::nullopt;
  if (!check_date_stands(rows, terms)) return std::nullopt;
  const auto until =
      std::min(sales_end_of(rows, terms).value_or(event.terms.ends_at), event.terms.ends_at);
  return now < until.ms ? std::optional(until.ms) : std::nullopt;
}

std::string place_key(const Id& entry_id, const WaitingRow& entry) {
  return line_key(entry.ticket_type_id, entry.quantity).append(entry_id.view());
}

void step_out_of_line(Rows& rows, const Id& entry_id, const WaitingRow& entry) {
  rows.erase<InLine>(place_key(entry_id, entry));
  add_waiting(rows, entry.ticket_type_id, -1);
}

// However the entry ends, what it holds is free again, and the address may join anew.
void end(Rows& rows, const Id& entry_id, WaitingRow entry, WaitingState state) {
  if (entry.state == WaitingState::waiting) {
    step_out_of_line(rows, entry_id, entry);
  } else {
    CHECK_INVARIANT(entry.state == WaitingState::offered);
    release(rows, lines_of(entry));
    rows.clear_timer(kWaitingOfferTimer, entry_id.view());
  }
  entry.state = state;
  rows.save(entry_id.view(), entry);
  rows.erase<WaitingOfBuyer>(waiting_buyer_key(entry.ticket_type_id, entry.buyer));
}

}  // namespace

Effects decide_next_in_line(const Rows& rows, const Context& context, std::string_view key,
                            const Config& config) {
  const auto type_id = Id::from_bytes(key);
  const auto type = rows.find<TypeRow>(key);
  CHECK_INVARIANT(type_id && type);
  const auto event = rows.find<EventRow>(type->event_id.view());
  CHECK_INVARIANT(event);
  const auto until = sold_until(rows, *event, type->terms, context.now);
  const auto entry_id = until ? first_that_fits(rows, *type_id) : std::nullopt;
  Effects effects;
  if (!entry_id) {
    effects.record(WaitingListRested{*type_id});
    return effects;
  }
  auto fact = fact_of<WaitingListOffered>(rows, *entry_id, entry_of(rows, *entry_id), context.now);
  fact.expires_at = {
      std::min(*until, context.now + UnixMillis{config.waiting_offer_hours} * 3'600'000)};
  effects.record(fact);
  return effects;
}

Effects decide_offer_lapsed(const Rows& rows, const Context& context, std::string_view key) {
  const auto entry_id = Id::from_bytes(key);
  CHECK_INVARIANT(entry_id);
  Effects effects;
  effects.record(
      fact_of<WaitingListLapsed>(rows, *entry_id, entry_of(rows, *entry_id), context.now));
  effects.forget(waiting_key(*entry_id));
  return effects;
}

void apply(Rows& rows, const WaitingListJoined& fact) {
  WaitingRow entry{.event_id = fact.event_id,
                   .ticket_type_id = fact.ticket_type_id,
                   .quantity = fact.quantity,
                   .person_id = fact.person_id,
                   .buyer = fact.buyer,
                   .joined_at = fact.at};
  rows.save(fact.entry_id.view(), entry);
  rows.save(key_of(fact.event_id, fact.entry_id), WaitingOfEvent{});
  rows.save(place_key(fact.entry_id, entry), InLine{});
  rows.save(waiting_buyer_key(fact.ticket_type_id, fact.buyer), WaitingOfBuyer{fact.entry_id});
  add_waiting(rows, fact.ticket_type_id, 1);
  // Places may be free that nobody in line fitted, or that were released while sales were closed.
  if (available_in_line(rows, fact.ticket_type_id) > 0) {
    rows.set_timer(kWaitingTimer, fact.ticket_type_id.view(), fact.at.ms);
  }
}

void apply(Rows& rows, const WaitingListOffered& fact) {
  auto entry = entry_of(rows, fact.entry_id);
  CHECK_INVARIANT(entry.state == WaitingState::waiting);
  step_out_of_line(rows, fact.entry_id, entry);
  hold(rows, lines_of(entry));
  entry.state = WaitingState::offered;
  entry.expires_at = fact.expires_at;
  rows.save(fact.entry_id.view(), entry);
  rows.set_timer(kWaitingOfferTimer, fact.entry_id.view(), fact.expires_at.ms);
  // One offer a millisecond: a timer that is still due at its time would count as stuck.
  const bool has_more = find_stock(rows, fact.ticket_type_id).waiting > 0;
  if (has_more) {
    rows.set_timer(kWaitingTimer, fact.ticket_type_id.view(), fact.at.ms + 1);
  } else {
    rows.clear_timer(kWaitingTimer, fact.ticket_type_id.view());
  }
}

void apply(Rows& rows, const WaitingListAccepted& fact) {
  auto entry = entry_of(rows, fact.entry_id);
  entry.order_id = fact.order_id;
  end(rows, fact.entry_id, std::move(entry), WaitingState::accepted);
}

void apply(Rows& rows, const WaitingListLeft& fact) {
  end(rows, fact.entry_id, entry_of(rows, fact.entry_id), WaitingState::left);
}

void apply(Rows& rows, const WaitingListLapsed& fact) {
  end(rows, fact.entry_id, entry_of(rows, fact.entry_id), WaitingState::lapsed);
}

void apply(Rows& rows, const WaitingListRested& fact) {
  rows.clear_timer(kWaitingTimer, fact.ticket_type_id.view());
}

}  // namespace bilten::ticket
