// The ticket code: what a QR code holds, and how it is known to be ours without a network. Pure
// functions: the code of a ticket follows from its rows and the service's key.
//
// The text is base45 (RFC 9285) of 104 bytes, 156 characters of QR's alphanumeric set: QR version 7
// at level M. Numbers are big-endian.
//
//   offset  bytes
//        0      1  version, 1
//        1      1  key id: which of the event's keys signed it, from 1
//        2     16  event id
//       18     16  ticket id
//       34      2  generation, from 1: a code of a lower one than the ticket's is revoked
//       36      4  valid until, seconds since 1970 UTC; 0: open. For doors without a network:
//                  one that reaches this service goes by the event's own times, which may have
//                  moved
//       40     64  Ed25519 signature (RFC 8032) of the 40 bytes before it
//
// It names nobody. Public keys: GET /v1/events/{event_id}/ticket-keys. For those who check codes
// themselves the same stands in docs/ticket-code.md, with vectors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/id.h"
#include "common/crypto/crypto.h"

namespace bilten::ticket {

inline constexpr size_t kCodePayload = 40;
inline constexpr size_t kCodeBytes = kCodePayload + 64;
inline constexpr size_t kCodeText = kCodeBytes / 2 * 3;
inline constexpr uint8_t kFirstKey = 1;

struct TicketCode {
  uint8_t key_id = kFirstKey;
  Id event_id, ticket_id;
  uint16_t generation = 1;
  uint32_t valid_until_s = 0;
  bool operator==(const TicketCode&) const = default;
};

// A code as it was shown: well formed, and not yet known to be genuine.
struct ShownCode {
  TicketCode code;
  std::string payload, signature;
};

std::string write_code(const TicketCode& code, const crypto::SigningKey& key);
// Nothing unless it is exactly what write_code could have made for some key.
std::optional<ShownCode> read_code(std::string_view text);
// Whether the key made it (2 us; by the public key alone, as others check it, 50 us and more).
bool is_genuine(const ShownCode& shown, const crypto::SigningKey& key);

// The key pair of an event (30 us: EventKeys keeps those in use), derived from the service's
// secret: nothing of it is stored.
crypto::SigningKey event_key(std::string_view secret, const Id& event_id, uint8_t key_id);
// 16 bytes that know a code again and tell nothing about it.
std::string code_hash(std::string_view text);

}  // namespace bilten::ticket
