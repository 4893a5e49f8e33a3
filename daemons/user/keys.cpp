#include "daemons/user/keys.h"

#include "common/base/big_endian.h"
#include "common/base/text.h"
#include "common/service/token.h"
#include "common/store/rows.h"

namespace bilten::user {
namespace {

constexpr std::string_view kRefresh = "bilten user refresh token";
constexpr std::string_view kVerification = "bilten user verification token";
constexpr std::string_view kDeviceCode = "bilten user device code";
constexpr std::string_view kDeviceKey = "bilten user device key";
constexpr size_t kProofBytes = 32;

// Two ids and a generation: what is proven of a session or a device.
constexpr size_t kNumberedBytes = 40;
std::string numbered(const Id& first, const Id& second, int64_t generation) {
  return std::string(RowKey().id(first).id(second).number(static_cast<uint64_t>(generation)));
}
template <class Token>
std::optional<Token> open_numbered(const std::optional<std::string>& plain) {
  if (!plain || plain->size() != kNumberedBytes) return std::nullopt;
  const std::string_view bytes = *plain;
  return Token{*Id::from_bytes(bytes.substr(0, 16)), *Id::from_bytes(bytes.substr(16, 16)),
               static_cast<int64_t>(big_endian(bytes.substr(32)))};
}

}  // namespace

Keys::Keys(std::string_view secret, std::string_view mail_key)
    : signing_(crypto::signing_key(crypto::keyed_hash(secret, "bilten user signing key", "1"))),
      key_id_(
          hex(crypto::keyed_hash(secret, "bilten user key id", signing_.public_key)).substr(0, 16)),
      token_key_(crypto::keyed_hash(secret, "bilten user tokens", "1")),
      mail_key_(mail_key) {}

Bytes Keys::mail_index(std::string_view email) const {
  return {crypto::keyed_hash(mail_key_, "bilten mail index", lower_ascii(email))};
}

std::string Keys::access_token(const api::user::Claims& claims) const {
  return crypto::make_token(token_payload(claims), key_id_, signing_);
}

std::string Keys::with_proof(std::string_view purpose, std::string_view plain) const {
  return base64url(std::string(plain) + crypto::keyed_hash(token_key_, purpose, plain));
}

std::optional<std::string> Keys::proven(std::string_view purpose, std::string_view text) const {
  auto bytes = from_base64url(text);
  if (!bytes || bytes->size() <= kProofBytes) return std::nullopt;
  const auto proof = bytes->substr(bytes->size() - kProofBytes);
  bytes->resize(bytes->size() - kProofBytes);
  if (!crypto::equal(proof, crypto::keyed_hash(token_key_, purpose, *bytes))) return std::nullopt;
  return bytes;
}

std::string Keys::refresh_token(const RefreshToken& token) const {
  return with_proof(kRefresh, numbered(token.person_id, token.session_id, token.generation));
}

std::optional<Keys::RefreshToken> Keys::open_refresh_token(std::string_view text) const {
  return open_numbered<RefreshToken>(proven(kRefresh, text));
}

std::string Keys::device_code(const DeviceProof& proof) const {
  return with_proof(kDeviceCode,
                    numbered(proof.organization_id, proof.device_id, proof.generation));
}
std::string Keys::device_key(const DeviceProof& proof) const {
  return with_proof(kDeviceKey, numbered(proof.organization_id, proof.device_id, proof.generation));
}
std::optional<Keys::DeviceProof> Keys::open_device_code(std::string_view text) const {
  return open_numbered<DeviceProof>(proven(kDeviceCode, text));
}
std::optional<Keys::DeviceProof> Keys::open_device_key(std::string_view text) const {
  return open_numbered<DeviceProof>(proven(kDeviceKey, text));
}

std::string Keys::verification_token(const Id& person_id) const {
  return with_proof(kVerification, person_id.view());
}

std::optional<Id> Keys::open_verification_token(std::string_view text) const {
  const auto plain = proven(kVerification, text);
  if (!plain) return std::nullopt;
  return Id::from_bytes(*plain);
}

}  // namespace bilten::user
