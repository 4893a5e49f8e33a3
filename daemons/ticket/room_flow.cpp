// How people are let into a waiting room: the draw, the rate, and passes that lapse.
#include <algorithm>

#include "common/base/big_endian.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/room.h"
#include "daemons/ticket/room_token.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::RoomClosed;
using api::ticket::RoomDrawn;
using api::ticket::RoomJoined;
using api::ticket::RoomLetIn;
using api::ticket::RoomPassesLapsed;

namespace {

constexpr UnixMillis kMinute = 60'000;
// People are let in at most this often, and looked for tickets again this soon.
constexpr UnixMillis kFlowMs = 1000, kStarvedMs = 2000;
// What was not used of the rate is made up for at most this long.
constexpr UnixMillis kBurstMs = 5000;
constexpr int64_t kLetInMax = 5000;  // At once: their turns are read one by one.

int64_t waiting_in(const RoomRow& room) {
  return room.early + room.late - room.let_in;
}

// How many the rate lets in by now; never none, for the timer is set to when the next is due.
int64_t allowance(const RoomRow& room, UnixMillis now) {
  const auto passed = std::min(now - room.accounted.ms, kBurstMs);
  return std::max<int64_t>(1, passed * room.terms.per_minute / kMinute);
}

RoomLetIn let_in_fact(const Rows& rows, const Id& event_id, const EventRow& event,
                      const RoomRow& room, UnixMillis now) {
  const auto closed = types_of_past_dates(rows, event_id, event, now);
  const auto free = free_in_event(rows, event_id, closed) - room.passes_out;
  const auto count =
      std::max<int64_t>(0, std::min({waiting_in(room), allowance(room, now), free, kLetInMax}));
  RoomLetIn fact{.organization_id = event.organization_id,
                 .event_id = event_id,
                 .count = count,
                 .let_in = room.let_in + count,
                 .last = {},
                 .at = {now},
                 .lapse_at = {now + room.terms.pass_minutes * kMinute}};
  if (count == 0) return fact;
  const auto prefix = room_key(event_id, room.number);
  const auto after = room.last.data.empty() ? std::string() : prefix + room.last.data;
  int64_t seen = 0;
  rows.scan<TurnRow>(prefix, after, static_cast<size_t>(count),
                     [&](std::string_view key, const TurnRow&) {
                       ++seen;
                       fact.last = Bytes{std::string(key.substr(prefix.size()))};
                       return true;
                     });
  CHECK_INVARIANT(seen == count);
  return fact;
}

void plan_flow(Rows& rows, const Id& event_id, RoomRow& room, UnixMillis at) {
  room.flowing = waiting_in(room) > 0;
  if (room.flowing) {
    rows.set_timer(kRoomFlowTimer, event_id.view(), at);
  } else {
    rows.clear_timer(kRoomFlowTimer, event_id.view());
  }
}

// When the rate lets in the next.
UnixMillis next_due(const RoomRow& room) {
  return room.accounted.ms + (kMinute + room.terms.per_minute - 1) / room.terms.per_minute;
}

}  // namespace

Effects decide_room_flow(const Rows& rows, const Context& context, std::string_view key,
                         std::string_view secret) {
  const auto event_id = *Id::from_bytes(key);
  const auto event = rows.find<EventRow>(key);
  const auto room = rows.find<RoomRow>(key);
  CHECK_INVARIANT(event && event->has_room && room);
  const Instant at{context.now};
  Effects effects;
  if (!room->drawn) {
    effects.record(RoomDrawn{event->organization_id, event_id, room->early,
                             Bytes{room_seed({secret, event_id, room->number})}, at});
  }
  using api::event::State;
  const auto state = event->terms.state;
  const bool is_over = context.now >= event->terms.ends_at.ms || state == State::cancelled ||
                       state == State::completed;
  if (is_over) {
    effects.record(RoomClosed{event->organization_id, event_id, at});
  } else if (waiting_in(*room) > 0) {
    effects.record(let_in_fact(rows, event_id, *event, *room, context.now));
  }
  return effects;
}

Effects decide_passes_lapse(const Rows&, const Context&, std::string_view key) {
  Effects effects;
  effects.record(RoomPassesLapsed{.event_id = *Id::from_bytes(key.substr(0, 16)),
                                  .number = static_cast<int64_t>(big_endian(key.substr(16, 8))),
                                  .last = Bytes{std::string(key.substr(24))}});
  return effects;
}

void apply(Rows& rows, const RoomJoined& fact) {
  auto room = rows.find<RoomRow>(fact.event_id.view());
  CHECK_INVARIANT(room);
  ++(fact.turn.data.front() == '\0' ? room->early : room->late);
  rows.save(room_key(fact.event_id, room->number, fact.turn.data), TurnRow{});
  if (room->drawn && !room->flowing) {
    plan_flow(rows, fact.event_id, *room, std::max(fact.at.ms, next_due(*room)));
  }
  rows.save(fact.event_id.view(), *room);
}

void apply(Rows& rows, const RoomDrawn& fact) {
  auto room = rows.find<RoomRow>(fact.event_id.view());
  CHECK_INVARIANT(room && !room->drawn);
  room->drawn = true;
  plan_flow(rows, fact.event_id, *room, fact.at.ms);
  rows.save(fact.event_id.view(), *room);
}

void apply(Rows& rows, const RoomLetIn& fact) {
  auto room = rows.find<RoomRow>(fact.event_id.view());
  CHECK_INVARIANT(room && room->drawn && fact.let_in == room->let_in + fact.count);
  const bool by_rate = fact.count >= allowance(*room, fact.at.ms);
  const auto spent = fact.count * kMinute / room->terms.per_minute;
  const auto since = std::max(room->accounted.ms, fact.at.ms - kBurstMs);
  room->accounted = {by_rate ? std::min(since + spent, fact.at.ms) : fact.at.ms};
  room->let_in = fact.let_in;
  room->starved = fact.count == 0;
  if (fact.count > 0) {
    CHECK_INVARIANT(fact.last);
    room->last = *fact.last;
    room->passes_out += fact.count;
    const auto key = room_key(fact.event_id, room->number, fact.last->data);
    rows.save(key, PassesRow{.count = fact.count, .lapse_at = fact.lapse_at});
    rows.set_timer(kRoomLapseTimer, key, fact.lapse_at.ms);
  }
  const auto pause = room->starved ? kStarvedMs : kFlowMs;
  plan_flow(rows, fact.event_id, *room, std::max(fact.at.ms + pause, next_due(*room)));
  rows.save(fact.event_id.view(), *room);
}

void apply(Rows& rows, const RoomPassesLapsed& fact) {
  const auto key = room_key(fact.event_id, fact.number, fact.last.data);
  rows.clear_timer(kRoomLapseTimer, key);
  auto passes = rows.find<PassesRow>(key);
  CHECK_INVARIANT(passes && !passes->lapsed);
  passes->lapsed = true;
  rows.save(key, *passes);
  auto room = rows.find<RoomRow>(fact.event_id.view());
  CHECK_INVARIANT(room);
  if (room->number != fact.number) return;  // Of a room that was closed since.
  room->passes_out -= passes->count - passes->used;
  CHECK_INVARIANT(room->passes_out >= 0);
  rows.save(fact.event_id.view(), *room);
}

}  // namespace bilten::ticket
