// The key folder: one CURVE pair for each process and a table of all public keys.
//
//   KEYS/ticket.key      secret and public key of the principal "ticket", mode 0600
//   KEYS/public.toml     name = "public key" for each principal, mode 0644
//
// `biltenctl keys gen` makes both. A secret key file that others may read is refused.
#pragma once

#include <map>
#include <string>

#include "common/net/socket.h"

namespace bilten::net {

struct KeyRing {
  std::string name;  // Of this process's principal.
  KeyPair own;
  std::map<std::string, std::string> public_keys;  // name -> Z85
};

KeyPair make_key_pair();
Result<KeyRing> load_keys(const std::string& folder, const std::string& name);
// Makes a pair for each name that has none yet, and rewrites public.toml from all pairs.
Status generate_keys(const std::string& folder, const std::vector<std::string>& names);

}  // namespace bilten::net
