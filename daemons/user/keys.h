// What the user service signs and derives with. Nothing of it is stored: refresh tokens and
// verification tokens are computed from ids and generations, and checked by computing them again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/api/user.h"
#include "common/crypto/crypto.h"

namespace bilten::user {

class Keys {
 public:
  // `secret`: the service's own, 32 bytes; `mail_key`: the mesh's key of mail indexes.
  Keys(std::string_view secret, std::string_view mail_key);

  api::user::KeyAnnounced announcement() const { return {key_id_, Bytes{signing_.public_key}}; }

  // The index of an address, the same for every way of writing its letters' case.
  Bytes mail_index(std::string_view email) const;

  std::string access_token(const api::user::Claims& claims) const;

  struct RefreshToken {
    Id person_id, session_id;
    int64_t generation = 0;
  };
  std::string refresh_token(const RefreshToken& token) const;
  // Nothing: we did not make it. Whether it is still good, the session's row says.
  std::optional<RefreshToken> open_refresh_token(std::string_view text) const;

  // What a device shows: its code, once, and from then on its key.
  struct DeviceProof {
    Id organization_id, device_id;
    int64_t generation = 0;
  };
  std::string device_code(const DeviceProof& proof) const;
  std::optional<DeviceProof> open_device_code(std::string_view text) const;
  std::string device_key(const DeviceProof& proof) const;
  std::optional<DeviceProof> open_device_key(std::string_view text) const;

  std::string verification_token(const Id& person_id) const;
  std::optional<Id> open_verification_token(std::string_view text) const;

 private:
  // `plain` and its proof, as text.
  std::string with_proof(std::string_view purpose, std::string_view plain) const;
  std::optional<std::string> proven(std::string_view purpose, std::string_view text) const;

  crypto::SigningKey signing_;
  std::string key_id_, token_key_, mail_key_;
};

}  // namespace bilten::user
