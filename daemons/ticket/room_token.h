// What a person in a waiting room holds: a token that only the service's key can make and that
// needs no row to be read. Of who came early it says the entry's id alone: the draw follows from
// it and the room's seed, which nobody knows before the draw.
//
// base64url of: entry id (16), number among who came late (8, big-endian; 0: came early), and the
// first 16 bytes of keyed BLAKE2b over event, room number and these.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/id.h"

namespace bilten::ticket {

// A room of an event: what its secrets are made of.
struct RoomSecrets {
  std::string_view service_secret;
  Id event_id;
  int64_t number = 1;
};

struct RoomEntry {
  Id id;
  uint64_t late = 0;  // 0: came early.
};

std::string write_token(const RoomSecrets& room, const RoomEntry& entry);
// Nothing: not a token of this room.
std::optional<RoomEntry> read_token(const RoomSecrets& room, std::string_view token);

// 32 bytes that decide the draw, and the hash that binds them beforehand.
std::string room_seed(const RoomSecrets& room);
std::string room_seed_hash(const RoomSecrets& room);
// 25 bytes; see kTurnBytes.
std::string turn_of(const RoomSecrets& room, const RoomEntry& entry);
// Of a turn of who came early: where it falls in [0, 1).
double draw_of(std::string_view turn);

}  // namespace bilten::ticket
