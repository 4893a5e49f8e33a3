// BMP/1 frames: one message, one frame, a 32-byte little-endian header (docs/protocol.md, section
// 3). The broker patches headers in place and never opens a body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace bilten {

inline constexpr size_t kHeaderBytes = 32;
inline constexpr size_t kNameMax = 64;  // `ticket.order`
inline constexpr size_t kExtMax = 4096;
inline constexpr size_t kBodyMax = 1 << 20;  // 1 MiB
inline constexpr size_t kFrameMax = kBodyMax + 8192;
inline constexpr uint16_t kMagic = 0x4D42;
inline constexpr uint8_t kProtocolVersion = 1;
inline constexpr uint32_t kTtlMaxMs = 600'000;

enum class Command : uint8_t {
  ready = 1,
  welcome = 2,
  request = 3,
  reply = 4,
  partial = 5,
  error = 6,
  cancel = 7,
  credit = 8,
  heartbeat = 9,
  disconnect = 10,
  drain = 11,
  routes = 12,
  event = 13,
};

namespace flag {
inline constexpr uint16_t kOneway = 1 << 0;
inline constexpr uint16_t kIdempotent = 1 << 1;  // The broker may send it once more.
inline constexpr uint16_t kMore = 1 << 2;
inline constexpr uint16_t kForwarded = 1 << 3;
inline constexpr uint16_t kSampled = 1 << 4;
inline constexpr uint16_t kClassMask = 3 << 5;
inline constexpr uint16_t kMustUnderstandExt = 1 << 7;
inline constexpr uint16_t kAttemptMask = 0xF << 8;
inline constexpr uint16_t kReserved = 0xF000;
}  // namespace flag

enum class Class : uint8_t { normal = 0, critical = 1, bulk = 2, control = 3 };

struct Header {
  Command command = Command::request;
  uint16_t flags = 0;
  uint8_t hops = 1;
  uint8_t code = 0;  // A Code.
  uint64_t id = 0;
  uint32_t ttl_ms = 0;
  uint32_t principal = 0;
  uint32_t shard = 0;

  Class request_class() const { return static_cast<Class>((flags & flag::kClassMask) >> 5); }
  void set_class(Class value) {
    flags = static_cast<uint16_t>((flags & ~flag::kClassMask) | static_cast<uint16_t>(value) << 5);
  }
};

// A parsed frame; the views point into the received bytes.
struct Frame {
  Header header;
  std::string_view name;
  std::string_view ext;   // MessagePack map with small-integer keys, or empty.
  std::string_view body;  // MessagePack map, or empty.

  // The part of the name the broker routes by: before the first dot.
  std::string_view service() const { return name.substr(0, name.find('.')); }
};

// Refuses (Code::bad_frame, the detail says what) a wrong magic, version, command, reserved bit,
// length or name; a request or event without a name; a ttl beyond kTtlMaxMs.
Result<Frame> parse_frame(std::string_view bytes);

// Name, ext and body must be within their limits.
std::string build_frame(const Header& header, std::string_view name = {}, std::string_view ext = {},
                        std::string_view body = {});

// A frame about the link itself: no name, no ext.
std::string control_frame(Command command, std::string_view body = {}, Code code = Code::ok);

// In-place changes to a frame that parse_frame has accepted.
void patch_id(char* frame, uint64_t id);
void patch_ttl(char* frame, uint32_t ttl_ms);
void patch_principal(char* frame, uint32_t principal);
void patch_flags(char* frame, uint16_t flags);
void patch_hops(char* frame, uint8_t hops);

// Message and topic names: dotted words of [a-z0-9_$-], no empty part.
bool is_message_name(std::string_view name);

// The optional fields of a frame. Unknown keys are skipped, unless the frame's flags (parse's
// second argument) have MUST_UNDERSTAND_EXT and the key is below 32.
struct Ext {
  std::string traceparent;      // 1: 25 bytes: trace id (16), span id (8), flags (1).
  std::string idempotency_key;  // 3: 16 bytes.
  std::string claims;           // 5: the person's signed token.
  uint32_t retry_after_ms = 0;  // 6
  std::string error_text;       // 7: detail for people.
  std::string content_type;     // 8
  std::string origin;           // 9: broker that forwarded.
  std::string error_reason;     // 14: stable word; empty means word(code).
  std::string error_details;    // 13: MessagePack, list of [pointer, message].
  std::string error_extra;      // 15: MessagePack map, members of the problem.
  uint64_t epoch = 0;           // 16: journal epoch (events).
  std::string previous_hash;    // 17: 32 bytes, hash of the public fact before (events).
  uint64_t previous = 0;        // 19: sequence of the public fact before (events).
  int64_t at = 0;               // 20: Unix ms of the fact (events).
  uint32_t version = 0;         // 10: expected version.
  std::string version_pin;      // 12: the worker's: "1.2.0", or "1.2.*" for all that begin so.
  std::string request_hash;     // 18: 32 bytes: what the key covers besides the body.
  uint64_t call = 0;            // 22: the same in all sends of one call, else another.
  std::string hash;             // 21: 32 bytes, hash of this fact (events).
  uint32_t chunk = 0;  // 11: number of a PARTIAL, from 1; in its REPLY: how many there were.

  static Result<Ext> parse(std::string_view messagepack, uint16_t frame_flags = 0);
  std::string pack() const;  // Empty when nothing is set.
};

// Puts a refusal into a frame and back: code, reason, detail, fields, extra.
std::string build_error(uint64_t id, const Error& error, std::string_view name = {});
Error error_of(const Frame& frame);

}  // namespace bilten
