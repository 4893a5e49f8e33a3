// The key folder: one CURVE pair for each process and a table of all public keys.
//
//   KEYS/ticket.key      secret and public key of the principal "ticket", mode 0600
//   KEYS/public.toml     the public key of each principal, mode 0644 (key_table.h)
//
// `biltenctl keys` makes and changes both. A pair may also come from systemd as a credential.
// Rotating leaves the key before accepted, so that a process, the tables of all machines and the
// servers can change over one after the other; revoking ends both.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/net/key_table.h"
#include "common/net/socket.h"

namespace bilten::net {

struct KeyRing {
  std::string name;  // Of this process's principal.
  KeyPair own;
  std::map<std::string, std::string> public_keys;    // name -> Z85
  std::map<std::string, std::string> previous_keys;  // Good as well, while it is rotated.
  std::string folder;  // Where the public keys stand; empty: they never change.
};

KeyPair make_key_pair();
// The pair is NAME.key in $CREDENTIALS_DIRECTORY where that has one, else in the folder; the table
// is always the folder's, so that a reload sees it change.
Result<KeyRing> load_keys(const std::string& folder, const std::string& name);

// ---- what `biltenctl keys` does ----

// Makes a pair for each name that has none, and makes the table agree with the pairs that are here.
// Leaves revoked names alone, and those whose pair is kept on another machine.
Status generate_keys(const std::string& folder, const std::vector<std::string>& names);
// A new pair for the name; the key before stays accepted until the next rotation or
// finish_rotation(). A revoked name is let in again, with the new key only.
Status rotate_key(const std::string& folder, const std::string& name);
Status finish_rotation(const std::string& folder, const std::string& name);
// No key of the name is good any more, and its pair is removed from the folder.
Status revoke_key(const std::string& folder, const std::string& name);

struct KeyInfo {
  std::string name;
  std::string fingerprint;           // Of the current key, or of the revoked one.
  std::string previous;              // Fingerprint of the key that is accepted too, or empty.
  std::optional<int64_t> made_at_s;  // Unix time of NAME.key; nothing: it is not here.
  bool revoked = false;
};
Result<std::vector<KeyInfo>> list_keys(const std::string& folder);

// 16 hex digits by which people compare public keys.
std::string fingerprint(const std::string& public_key);

// The public key to reach a server by. During a rotation the folder has two, and which one the
// server runs on shows only by trying.
class ServerKey {
 public:
  ServerKey(const KeyRing& ring, std::string server);
  const std::string& in_use() const { return key_; }
  // For a connection to be made anew: looks into the folder again. The current key, but the one
  // before where the current was tried and `failed`.
  const std::string& renew(bool failed);

 private:
  std::string folder_, server_, key_;
};

}  // namespace bilten::net
