#include "daemons/ticket/code.h"

#include "common/base/big_endian.h"
#include "common/base/check.h"
#include "common/base/text.h"

namespace bilten::ticket {
namespace {

constexpr char kVersion = 1;

void put_number(std::string& into, uint32_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    into += static_cast<char>(value >> shift & 0xFF);
  }
}

uint32_t get_number(std::string_view bytes) {
  return static_cast<uint32_t>(big_endian(bytes));
}

std::string payload_of(const TicketCode& code) {
  std::string payload;
  payload.reserve(kCodeBytes);
  payload += kVersion;
  payload += static_cast<char>(code.key_id);
  payload.append(code.event_id.view()).append(code.ticket_id.view());
  put_number(payload, code.generation, 2);
  put_number(payload, code.valid_until_s, 4);
  return payload;
}

}  // namespace

std::string write_code(const TicketCode& code, const crypto::SigningKey& key) {
  auto bytes = payload_of(code);
  bytes += crypto::sign(bytes, key);
  CHECK_INVARIANT(bytes.size() == kCodeBytes);
  return base45(bytes);
}

std::optional<ShownCode> read_code(std::string_view text) {
  if (text.size() != kCodeText) return std::nullopt;
  const auto decoded = from_base45(text);
  if (!decoded || decoded->size() != kCodeBytes) return std::nullopt;
  const std::string_view bytes = *decoded;
  if (bytes[0] != kVersion) return std::nullopt;
  ShownCode shown;
  shown.code.key_id = static_cast<uint8_t>(bytes[1]);
  shown.code.event_id = *Id::from_bytes(bytes.substr(2, 16));
  shown.code.ticket_id = *Id::from_bytes(bytes.substr(18, 16));
  shown.code.generation = static_cast<uint16_t>(get_number(bytes.substr(34, 2)));
  shown.code.valid_until_s = get_number(bytes.substr(36, 4));
  if (shown.code.key_id == 0 || shown.code.generation == 0) return std::nullopt;
  shown.payload = bytes.substr(0, kCodePayload);
  shown.signature = bytes.substr(kCodePayload);
  return shown;
}

bool is_genuine(const ShownCode& shown, const crypto::SigningKey& key) {
  return crypto::is_own(shown.payload, shown.signature, key);
}

crypto::SigningKey event_key(std::string_view secret, const Id& event_id, uint8_t key_id) {
  std::string value(event_id.view());
  value += static_cast<char>(key_id);
  return crypto::signing_key(crypto::keyed_hash(secret, "ticket code key", value));
}

std::string code_hash(std::string_view text) {
  const auto whole = crypto::hash({"ticket code", text});
  return std::string(whole.data(), 16);
}

}  // namespace bilten::ticket
