#include "daemons/ticket/room_token.h"

#include "common/base/big_endian.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "common/store/rows.h"

namespace bilten::ticket {
namespace {

constexpr size_t kBody = 24;
constexpr size_t kMac = 16;

std::string room_of(const RoomSecrets& room) {
  return std::string(RowKey(room.event_id).number(static_cast<uint64_t>(room.number)));
}

std::string mac_of(const RoomSecrets& room, std::string_view body) {
  return crypto::keyed_hash(room.service_secret, "room token", room_of(room).append(body))
      .substr(0, kMac);
}

}  // namespace

std::string write_token(const RoomSecrets& room, const RoomEntry& entry) {
  std::string token(RowKey(entry.id).number(entry.late));
  return base64url(token + mac_of(room, token));
}

std::optional<RoomEntry> read_token(const RoomSecrets& room, std::string_view token) {
  const auto bytes = from_base64url(token);
  if (!bytes || bytes->size() != kBody + kMac) return std::nullopt;
  const auto body = std::string_view(*bytes).substr(0, kBody);
  if (!crypto::equal(mac_of(room, body), std::string_view(*bytes).substr(kBody))) {
    return std::nullopt;
  }
  return RoomEntry{*Id::from_bytes(body.substr(0, 16)), big_endian(body.substr(16))};
}

std::string room_seed(const RoomSecrets& room) {
  return crypto::keyed_hash(room.service_secret, "room seed", room_of(room));
}

std::string room_seed_hash(const RoomSecrets& room) {
  const auto hash = crypto::hash({"room seed", room_seed(room)});
  return {hash.data(), hash.size()};
}

std::string turn_of(const RoomSecrets& room, const RoomEntry& entry) {
  std::string turn(1, entry.late == 0 ? '\0' : '\1');
  if (entry.late == 0) {
    turn += crypto::keyed_hash(room_seed(room), "room draw", entry.id.view()).substr(0, 8);
  } else {
    turn += std::string_view(RowKey().number(entry.late));
  }
  return turn.append(entry.id.view());
}

double draw_of(std::string_view turn) {
  return static_cast<double>(big_endian(turn.substr(1, 8)) >> 11) * 0x1p-53;
}

}  // namespace bilten::ticket
