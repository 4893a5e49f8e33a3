// What the ticket daemon remembers of waiting rooms.
#pragma once

#include "common/api/ticket_room.h"
#include "common/store/rows.h"

namespace bilten::ticket {

using api::ticket::kTurnBytes;
using api::ticket::RoomTerms;

// Key: event id. Of the event's latest room; EventRow.has_room says whether it stands.
struct RoomRow {
  static constexpr std::string_view table = "room";
  int64_t number = 1;
  RoomTerms terms;
  bool drawn = false;
  bool flowing = false;  // The timer that lets people in is set.
  bool starved = false;  // Last time nobody could be let in for want of free tickets.
  int64_t early = 0, late = 0, let_in = 0;
  int64_t passes_out = 0;  // Given, neither used nor lapsed.
  Instant accounted;       // The rate has been used up to here.
  Bytes last = {};         // The last turn that was let in; empty: none.
  static constexpr auto fields() {
    constexpr auto count = between(0, INT64_MAX);
    return field_list(
        field("number", &RoomRow::number, between(1, INT64_MAX)), field("terms", &RoomRow::terms),
        field("drawn", &RoomRow::drawn), field("flowing", &RoomRow::flowing),
        field("starved", &RoomRow::starved), field("early", &RoomRow::early, count),
        field("late", &RoomRow::late, count), field("let_in", &RoomRow::let_in, count),
        field("passes_out", &RoomRow::passes_out, count), field("accounted", &RoomRow::accounted),
        field("last", &RoomRow::last, between(0, kTurnBytes)));
  }
};

// Key: event id + room number + turn. Somebody in line.
struct TurnRow {
  static constexpr std::string_view table = "room_turn";
  static constexpr auto fields() { return field_list(); }
};

// Key: event id + room number + the last turn let in. Passes that were given together: those after
// the row before it.
struct PassesRow {
  static constexpr std::string_view table = "room_passes";
  int64_t count = 0, used = 0;
  bool lapsed = false;
  Instant lapse_at;
  static constexpr auto fields() {
    return field_list(field("count", &PassesRow::count, between(1, INT64_MAX)),
                      field("used", &PassesRow::used, between(0, INT64_MAX)),
                      field("lapsed", &PassesRow::lapsed), field("lapse_at", &PassesRow::lapse_at));
  }
};

// Key: event id + room number + turn. The order a pass was used for.
struct UsedPassRow {
  static constexpr std::string_view table = "room_used";
  Id order_id;
  static constexpr auto fields() { return field_list(field("order", &UsedPassRow::order_id)); }
};

inline std::string room_key(const Id& event_id, int64_t number, std::string_view turn = {}) {
  return std::string(RowKey(event_id).number(static_cast<uint64_t>(number)).text(turn));
}

inline constexpr std::string_view kRoomFlowTimer = "room_flow";    // Key: event id.
inline constexpr std::string_view kRoomLapseTimer = "room_lapse";  // Key: of the PassesRow.

}  // namespace bilten::ticket
