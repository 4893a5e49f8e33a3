// The rules of waiting rooms (docs/waiting-room.md): who came before the opening is drawn, who came
// later waits behind them, and passes are given in that order, no faster than the room's rate and
// no more than tickets are free.
#pragma once

#include "common/service/handlers.h"
#include "daemons/ticket/room_rows.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// unknown_event, role_missing, room_open (opens_at of a room that has opened stays)
Decided<api::ticket::RoomView> decide_set_room(const Rows& rows, const Context& context,
                                               const api::ticket::SetRoom& message,
                                               std::string_view secret);
// unknown_event, role_missing, no_waiting_room
Decided<Nothing> decide_close_room(const Rows& rows, const Context& context,
                                   const api::ticket::CloseRoom& message);
// unknown_event, not_on_sale, no_waiting_room
Decided<api::ticket::EntryView> decide_join_room(const Rows& rows, const Context& context,
                                                 const api::ticket::JoinRoom& message,
                                                 std::string_view secret);
// unknown_event, no_waiting_room
Result<api::ticket::RoomView> read_room(const Reader& reader, const api::ticket::ReadRoom& message,
                                        std::string_view secret);
// unknown_event, no_waiting_room, unknown_queue_token
Result<api::ticket::EntryView> read_entry(const Reader& reader,
                                          const api::ticket::ReadEntry& message,
                                          std::string_view secret);

// The turn of a pass that is good for an order now. queue_required, unknown_queue_token,
// queue_not_yet, pass_used, pass_lapsed
Result<Bytes> find_pass(const Rows& rows, const Id& event_id,
                        const std::optional<std::string>& token, UnixMillis now,
                        std::string_view secret);

// The timer "room_flow": draws when it is time, and lets in who may be.
Effects decide_room_flow(const Rows& rows, const Context& context, std::string_view event_id,
                         std::string_view secret);
// The timer "room_lapse".
Effects decide_passes_lapse(const Rows& rows, const Context& context, std::string_view key);

void apply(Rows& rows, const api::ticket::RoomOpened& fact);
void apply(Rows& rows, const api::ticket::RoomChanged& fact);
void apply(Rows& rows, const api::ticket::RoomClosed& fact);
void apply(Rows& rows, const api::ticket::RoomJoined& fact);
void apply(Rows& rows, const api::ticket::RoomDrawn& fact);
void apply(Rows& rows, const api::ticket::RoomLetIn& fact);
void apply(Rows& rows, const api::ticket::RoomPassUsed& fact);
void apply(Rows& rows, const api::ticket::RoomPassesLapsed& fact);

}  // namespace bilten::ticket
