#include "common/wire/frame.h"

#include <bit>
#include <cstring>

#include "common/base/check.h"
#include "common/wire/codec.h"

namespace bilten {
namespace {

static_assert(std::endian::native == std::endian::little, "headers are copied as they lie");

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void store(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

constexpr uint64_t kExtKeysOfApplications = 32;  // From here on the keys are theirs.

Error bad(const char* why) {
  return {Code::bad_frame, "bad_frame", why};
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '$';
}

}  // namespace

bool is_message_name(std::string_view name) {
  if (name.empty() || name.size() > kNameMax) return false;
  bool in_part = false;
  for (char c : name) {
    if (c == '.') {
      if (!in_part) return false;
      in_part = false;
    } else {
      if (!is_name_byte(c)) return false;
      in_part = true;
    }
  }
  return in_part;
}

Result<Frame> parse_frame(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return bad("shorter than a header");
  if (bytes.size() > kFrameMax) return bad("longer than a frame may be");
  const char* at = bytes.data();
  if (load<uint16_t>(at) != kMagic) return bad("not a BMP frame");
  if (load<uint8_t>(at + 2) != kProtocolVersion) return bad("another protocol version");
  const auto command = load<uint8_t>(at + 3);
  if (command < 1 || command > static_cast<uint8_t>(Command::event)) return bad("unknown command");
  Frame frame;
  frame.header = {static_cast<Command>(command), load<uint16_t>(at + 4), load<uint8_t>(at + 6),
                  load<uint8_t>(at + 7),         load<uint64_t>(at + 8), load<uint32_t>(at + 16),
                  load<uint32_t>(at + 20),       load<uint32_t>(at + 24)};
  const size_t name_bytes = load<uint8_t>(at + 28);
  const size_t ext_bytes = load<uint16_t>(at + 30);
  if (frame.header.flags & flag::kReserved) return bad("a reserved flag is set");
  if (load<uint8_t>(at + 29) != 0) return bad("a reserved byte is set");
  if (frame.header.ttl_ms > kTtlMaxMs) return bad("ttl beyond ten minutes");
  if (name_bytes > kNameMax || ext_bytes > kExtMax) return bad("name or ext too long");
  if (kHeaderBytes + name_bytes + ext_bytes > bytes.size()) return bad("cut short");
  frame.name = bytes.substr(kHeaderBytes, name_bytes);
  frame.ext = bytes.substr(kHeaderBytes + name_bytes, ext_bytes);
  frame.body = bytes.substr(kHeaderBytes + name_bytes + ext_bytes);
  if (frame.body.size() > kBodyMax) return bad("body too long");
  const bool needs_name =
      frame.header.command == Command::request || frame.header.command == Command::event;
  if ((needs_name || name_bytes > 0) && !is_message_name(frame.name)) return bad("bad name");
  return frame;
}

std::string build_frame(const Header& header, std::string_view name, std::string_view ext,
                        std::string_view body) {
  CHECK_INVARIANT(name.size() <= kNameMax && ext.size() <= kExtMax && body.size() <= kBodyMax);
  std::string out;
  out.reserve(kHeaderBytes + name.size() + ext.size() + body.size());
  out.resize(kHeaderBytes, '\0');
  char* at = out.data();
  store<uint16_t>(at, kMagic);
  store<uint8_t>(at + 2, kProtocolVersion);
  store<uint8_t>(at + 3, static_cast<uint8_t>(header.command));
  store<uint16_t>(at + 4, header.flags);
  store<uint8_t>(at + 6, header.hops);
  store<uint8_t>(at + 7, header.code);
  store<uint64_t>(at + 8, header.id);
  store<uint32_t>(at + 16, header.ttl_ms);
  store<uint32_t>(at + 20, header.principal);
  store<uint32_t>(at + 24, header.shard);
  store<uint8_t>(at + 28, static_cast<uint8_t>(name.size()));
  store<uint16_t>(at + 30, static_cast<uint16_t>(ext.size()));
  out.append(name).append(ext).append(body);
  return out;
}

void patch_id(char* frame, uint64_t id) {
  store(frame + 8, id);
}
void patch_ttl(char* frame, uint32_t ttl_ms) {
  store(frame + 16, ttl_ms);
}
void patch_principal(char* frame, uint32_t principal) {
  store(frame + 20, principal);
}
void patch_flags(char* frame, uint16_t flags) {
  store(frame + 4, flags);
}
void patch_hops(char* frame, uint8_t hops) {
  store(frame + 6, hops);
}

Result<Ext> Ext::parse(std::string_view messagepack, uint16_t frame_flags) {
  Ext ext;
  if (messagepack.empty()) return ext;
  auto document = Document::parse(messagepack);
  if (!document) return bad("ext is not MessagePack");
  const auto map = document->root();
  if (map.type() != ValueType::map) return bad("ext is not a map");
  for (size_t i = 0; i < map.size(); ++i) {
    const auto value = map.value(i);
    const auto number = value.unsigned_integer().value_or(0);
    const auto key = map.key(i).unsigned_integer().value_or(0);
    switch (key) {
      case 1: ext.traceparent = value.bytes(); break;
      case 3: ext.idempotency_key = value.bytes(); break;
      case 5: ext.claims = value.text(); break;
      case 6: ext.retry_after_ms = static_cast<uint32_t>(number & UINT32_MAX); break;
      case 7: ext.error_text = value.text(); break;
      case 8: ext.content_type = value.text(); break;
      case 9: ext.origin = value.text(); break;
      case 10: ext.version = static_cast<uint32_t>(number & UINT32_MAX); break;
      case 11: ext.chunk = static_cast<uint32_t>(number & UINT32_MAX); break;
      case 12: ext.version_pin = value.text(); break;
      case 13: ext.error_details = value.bytes(); break;
      case 14: ext.error_reason = value.text(); break;
      case 15: ext.error_extra = value.bytes(); break;
      case 16: ext.epoch = number; break;
      case 17: ext.previous_hash = value.bytes(); break;
      case 18: ext.request_hash = value.bytes(); break;
      case 19: ext.previous = number; break;
      case 20: ext.at = static_cast<int64_t>(number & INT64_MAX); break;
      case 21: ext.hash = value.bytes(); break;
      case 22: ext.call = number; break;
      default:
        if ((frame_flags & flag::kMustUnderstandExt) && key < kExtKeysOfApplications) {
          return bad("an ext key that must be understood is unknown");
        }
    }
  }
  if (!ext.traceparent.empty() && ext.traceparent.size() != 25) return bad("traceparent");
  if (!ext.idempotency_key.empty() && ext.idempotency_key.size() != 16) return bad("key");
  if (!ext.previous_hash.empty() && ext.previous_hash.size() != 32) return bad("previous hash");
  if (!ext.request_hash.empty() && ext.request_hash.size() != 32) return bad("request hash");
  if (!ext.hash.empty() && ext.hash.size() != 32) return bad("hash");
  return ext;
}

std::string Ext::pack() const {
  Packer pairs;
  size_t count = 0;
  const auto add_bytes = [&](uint64_t key, const std::string& value) {
    if (value.empty()) return;
    pairs.unsigned_integer(key).bytes(value);
    ++count;
  };
  const auto add_text = [&](uint64_t key, const std::string& value) {
    if (value.empty()) return;
    pairs.unsigned_integer(key).text(value);
    ++count;
  };
  const auto add_number = [&](uint64_t key, uint64_t value) {
    if (value == 0) return;
    pairs.unsigned_integer(key).unsigned_integer(value);
    ++count;
  };
  add_bytes(1, traceparent);
  add_bytes(3, idempotency_key);
  add_text(5, claims);
  add_number(6, retry_after_ms);
  add_text(7, error_text);
  add_text(8, content_type);
  add_text(9, origin);
  add_number(10, version);
  add_number(11, chunk);
  add_text(12, version_pin);
  add_bytes(13, error_details);
  add_text(14, error_reason);
  add_bytes(15, error_extra);
  add_number(16, epoch);
  add_bytes(17, previous_hash);
  add_bytes(18, request_hash);
  add_number(19, previous);
  add_number(20, static_cast<uint64_t>(at));
  add_bytes(21, hash);
  add_number(22, call);
  if (count == 0) return {};
  return Packer().map(count).raw(pairs.view()).take();
}

std::string build_error(uint64_t id, const Error& error, std::string_view name) {
  Ext ext;
  ext.retry_after_ms = error.retry_after_ms;
  ext.error_text = error.detail.substr(0, 512);
  if (error.reason != word(error.code)) ext.error_reason = error.reason.substr(0, 64);
  if (error.extra.size() <= 1024) ext.error_extra = error.extra;
  // The list is cut where it would no longer fit the ext area: the first faults matter most.
  Packer list;
  size_t count = 0;
  for (const auto& fault : error.fields) {
    if (list.view().size() + fault.pointer.size() + fault.message.size() > 1800) break;
    list.array(2).text(fault.pointer).text(fault.message);
    ++count;
  }
  if (count > 0) ext.error_details = Packer().array(count).raw(list.view()).take();
  Header header;
  header.command = Command::error;
  header.code = static_cast<uint8_t>(error.code);
  header.id = id;
  return build_frame(header, name, ext.pack());
}

std::string control_frame(Command command, std::string_view body, Code code) {
  Header header;
  header.command = command;
  header.code = static_cast<uint8_t>(code);
  return build_frame(header, {}, {}, body);
}

Error error_of(const Frame& frame) {
  Error error;
  error.code = static_cast<Code>(frame.header.code);
  if (word(error.code) == word(Code::internal)) error.code = Code::internal;
  error.reason = word(error.code);
  auto ext = Ext::parse(frame.ext);
  if (!ext) return error;
  if (!ext->error_reason.empty()) error.reason = ext->error_reason;
  error.detail = ext->error_text;
  error.retry_after_ms = ext->retry_after_ms;
  error.extra = ext->error_extra;
  if (auto details = Document::parse(ext->error_details); !ext->error_details.empty() && details) {
    const auto list = details->root();
    for (size_t i = 0; i < list.size(); ++i) {
      error.fields.push_back(
          {std::string(list.at(i).at(0).text()), std::string(list.at(i).at(1).text())});
    }
  }
  return error;
}

}  // namespace bilten
