#include "daemons/ticket/room.h"

#include <algorithm>

#include "daemons/ticket/orders.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/room_token.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::CloseRoom;
using api::ticket::EntryState;
using api::ticket::EntryView;
using api::ticket::JoinRoom;
using api::ticket::ReadEntry;
using api::ticket::ReadRoom;
using api::ticket::RoomChanged;
using api::ticket::RoomClosed;
using api::ticket::RoomJoined;
using api::ticket::RoomOpened;
using api::ticket::RoomPassUsed;
using api::ticket::RoomView;
using api::ticket::SetRoom;

namespace {

Error no_waiting_room() {
  return {Code::not_found, "no_waiting_room",
          "The event has no waiting room; its tickets can be ordered without one."};
}

Error unknown_queue_token() {
  return {Code::unprocessable, "unknown_queue_token",
          "The token is not one of this waiting room; join it to get one."};
}

Result<RoomRow> find_room(const Rows& rows, const Id& event_id, const EventRow& event) {
  if (!event.has_room) return no_waiting_room();
  auto room = rows.find<RoomRow>(event_id.view());
  CHECK_INVARIANT(room);
  return std::move(*room);
}

RoomView view_of_room(const RoomSecrets& secrets, const RoomRow& room) {
  RoomView view;
  static_cast<RoomTerms&>(view) = room.terms;
  view.event_id = secrets.event_id;
  view.drawn = room.drawn;
  view.joined = room.early + room.late;
  view.let_in = room.let_in;
  view.passes_out = room.passes_out;
  view.seed_hash = Bytes{room_seed_hash(secrets)};
  if (room.drawn) view.seed = Bytes{room_seed(secrets)};
  return view;
}

// The passes that were given together with that of `turn`.
std::optional<PassesRow> find_passes(const Rows& rows, const std::string& room,
                                     std::string_view turn, std::string* key = nullptr) {
  const auto own = room + std::string(turn);
  auto found = rows.find<PassesRow>(own);
  if (found && key) *key = own;
  if (found) return found;
  rows.scan<PassesRow>(room, own, 1, [&](std::string_view at, const PassesRow& passes) {
    found = passes;
    if (key) *key = at;
    return false;
  });
  return found;
}

// Where somebody stands who is in line, and until when they have a pass.
struct Standing {
  EntryState state = EntryState::gathering;
  std::optional<Instant> pass_until = {};
};

Standing standing_of(const Rows& rows, const Id& event_id, const RoomRow& room,
                     std::string_view turn, UnixMillis now) {
  if (!room.drawn) return {EntryState::gathering};
  if (turn > std::string_view(room.last.data)) {
    return {room.starved ? EntryState::starved : EntryState::waiting};
  }
  const auto prefix = room_key(event_id, room.number);
  if (rows.has(UsedPassRow::table, prefix + std::string(turn))) return {EntryState::used};
  const auto passes = find_passes(rows, prefix, turn);
  CHECK_INVARIANT(passes);
  if (passes->lapsed || now >= passes->lapse_at.ms) return {EntryState::lapsed};
  return {EntryState::let_in, passes->lapse_at};
}

// 1 is next.
int64_t position_of(const RoomRow& room, const RoomEntry& entry, std::string_view turn) {
  const auto place =
      entry.late > 0 ? room.early + static_cast<int64_t>(entry.late)
                     : 1 + static_cast<int64_t>(draw_of(turn) * static_cast<double>(room.early));
  return std::max<int64_t>(1, place - room.let_in);
}

EntryView view_of_entry(const Rows& rows, const RoomSecrets& secrets, const RoomRow& room,
                        const RoomEntry& entry, UnixMillis now) {
  const auto turn = turn_of(secrets, entry);
  const auto standing = standing_of(rows, secrets.event_id, room, turn, now);
  EntryView view{.token = write_token(secrets, entry), .state = standing.state};
  view.pass_until = standing.pass_until;
  const bool is_in_line =
      standing.state == EntryState::waiting || standing.state == EntryState::starved;
  if (!is_in_line) return view;
  view.position = position_of(room, entry, turn);
  if (standing.state == EntryState::waiting) {
    view.wait_s = (*view.position * 60 + room.terms.per_minute - 1) / room.terms.per_minute;
  }
  return view;
}

// A room that has opened keeps its opening: who came before it was or will be drawn.
Status check_opening(const RoomRow& room, const RoomTerms& terms, UnixMillis now) {
  const bool has_opened = room.drawn || now >= room.terms.opens_at.ms;
  if (!has_opened || terms.opens_at.ms == room.terms.opens_at.ms) return Done{};
  return Error{Code::conflict, "room_open",
               "The waiting room has opened; its opening stays. Close it and set another."};
}

}  // namespace

Decided<RoomView> decide_set_room(const Rows& rows, const Context& context, const SetRoom& message,
                                  std::string_view secret) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(rows, context.person, event_id, Role::manager);
  if (!event) return event.error();
  auto room = rows.find<RoomRow>(event_id.view());
  const bool is_new = !event->has_room;
  if (is_new) {
    room = RoomRow{.number = room ? room->number + 1 : 1, .terms = {}, .accounted = {}};
  } else if (const auto fit = check_opening(*room, message, context.now); !fit) {
    return fit.error();
  }
  room->terms = message;
  const RoomSecrets secrets{secret, event_id, room->number};
  Decision<RoomView> decision;
  const Instant at{context.now};
  if (is_new) {
    decision.record(RoomOpened{event->organization_id, event_id, room->number, message,
                               Bytes{room_seed_hash(secrets)}, at});
  } else {
    decision.record(RoomChanged{event->organization_id, event_id, message, at});
  }
  decision.answer = view_of_room(secrets, *room);
  return decision;
}

Decided<Nothing> decide_close_room(const Rows& rows, const Context& context,
                                   const CloseRoom& message) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  if (!event->has_room) return no_waiting_room();
  Decision<Nothing> decision;
  decision.record(RoomClosed{event->organization_id, message.event_id, {context.now}});
  return decision;
}

Decided<EntryView> decide_join_room(const Rows& rows, const Context& context,
                                    const JoinRoom& message, std::string_view secret) {
  const auto event = find_event(rows, context.person, message.event_id);
  if (!event) return event.error();
  if (const auto fit = check_on_sale(*event, context.now); !fit) return fit.error();
  const auto room = find_room(rows, message.event_id, *event);
  if (!room) return room.error();
  // The draw's timer may be a moment late; who comes after the opening is late all the same.
  const bool is_early = !room->drawn && context.now < room->terms.opens_at.ms;
  const RoomEntry entry{context.fresh_id(), is_early ? 0 : static_cast<uint64_t>(room->late + 1)};
  const RoomSecrets secrets{secret, message.event_id, room->number};
  Decision<EntryView> decision;
  decision.record(RoomJoined{message.event_id, Bytes{turn_of(secrets, entry)}, {context.now}});
  decision.answer = view_of_entry(rows, secrets, *room, entry, context.now);
  return decision;
}

Result<RoomView> read_room(const Reader& reader, const ReadRoom& message, std::string_view secret) {
  const auto event = find_event(reader.rows, reader.person, message.event_id);
  if (!event) return event.error();
  const auto room = find_room(reader.rows, message.event_id, *event);
  if (!room) return room.error();
  return view_of_room({secret, message.event_id, room->number}, *room);
}

Result<EntryView> read_entry(const Reader& reader, const ReadEntry& message,
                             std::string_view secret) {
  const auto event = find_event(reader.rows, reader.person, message.event_id);
  if (!event) return event.error();
  const auto room = find_room(reader.rows, message.event_id, *event);
  if (!room) return room.error();
  const RoomSecrets secrets{secret, message.event_id, room->number};
  const auto entry = read_token(secrets, message.token);
  if (!entry) return unknown_queue_token();
  return view_of_entry(reader.rows, secrets, *room, *entry, reader.now);
}

Result<Bytes> find_pass(const Rows& rows, const Id& event_id,
                        const std::optional<std::string>& token, UnixMillis now,
                        std::string_view secret) {
  if (!token) {
    return Error{Code::conflict, "queue_required",
                 "Tickets of this event are ordered in turn: join its waiting room, and show its "
                 "token when you were let in."};
  }
  const auto room = rows.find<RoomRow>(event_id.view());
  CHECK_INVARIANT(room);
  const RoomSecrets secrets{secret, event_id, room->number};
  const auto entry = read_token(secrets, *token);
  if (!entry) return unknown_queue_token();
  auto turn = turn_of(secrets, *entry);
  switch (standing_of(rows, event_id, *room, turn, now).state) {
    case EntryState::let_in: return Bytes{std::move(turn)};
    case EntryState::used:
      return Error{Code::conflict, "pass_used",
                   "This pass was good for one order, which was made; join again for another."};
    case EntryState::lapsed:
      return Error{Code::gone, "pass_lapsed", "The pass was not used in time; join again."};
    case EntryState::gathering:
    case EntryState::waiting:
    case EntryState::starved: break;
  }
  return Error{Code::conflict, "queue_not_yet", "It is not your turn yet; wait to be let in."};
}

void apply(Rows& rows, const RoomOpened& fact) {
  auto event = rows.find<EventRow>(fact.event_id.view());
  CHECK_INVARIANT(event && !event->has_room);
  event->has_room = true;
  rows.save(fact.event_id.view(), *event);
  rows.save(fact.event_id.view(), RoomRow{.number = fact.number,
                                          .terms = fact.terms,
                                          .flowing = true,
                                          .accounted = {fact.terms.opens_at.ms - 1000}});
  rows.set_timer(kRoomFlowTimer, fact.event_id.view(), fact.terms.opens_at.ms);
}

void apply(Rows& rows, const RoomChanged& fact) {
  auto room = rows.find<RoomRow>(fact.event_id.view());
  CHECK_INVARIANT(room);
  room->terms = fact.terms;
  if (!room->drawn) {
    room->accounted = {fact.terms.opens_at.ms - 1000};
    rows.set_timer(kRoomFlowTimer, fact.event_id.view(), fact.terms.opens_at.ms);
  }
  rows.save(fact.event_id.view(), *room);
}

void apply(Rows& rows, const RoomClosed& fact) {
  auto event = rows.find<EventRow>(fact.event_id.view());
  CHECK_INVARIANT(event && event->has_room);
  event->has_room = false;
  rows.save(fact.event_id.view(), *event);
  rows.clear_timer(kRoomFlowTimer, fact.event_id.view());
}

void apply(Rows& rows, const RoomPassUsed& fact) {
  auto room = rows.find<RoomRow>(fact.event_id.view());
  CHECK_INVARIANT(room && room->passes_out > 0);
  --room->passes_out;
  rows.save(fact.event_id.view(), *room);
  const auto prefix = room_key(fact.event_id, room->number);
  std::string key;
  auto passes = find_passes(rows, prefix, fact.turn.data, &key);
  CHECK_INVARIANT(passes && !passes->lapsed && passes->used < passes->count);
  ++passes->used;
  rows.save(key, *passes);
  rows.save(prefix + fact.turn.data, UsedPassRow{fact.order_id});
}

}  // namespace bilten::ticket
