// The files of the key folder, as text: the table of public keys (public.toml) and a principal's
// pair (NAME.key). Reads what is strictly so, refuses the rest by file and line, writes all or
// nothing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/socket.h"

namespace bilten::net {

// KEYS/public.toml: name = "public key" for each principal; [previous] has the keys that are still
// accepted while their principal is rotated, [revoked] the last one of each principal that was
// taken back. A name that is only there may not come in.
struct KeyTable {
  using Keys = std::map<std::string, std::string>;  // name -> Z85
  Keys current, previous, revoked;
};

bool is_principal_name(std::string_view name);  // [a-z0-9_-], at most 32.
std::string table_path(const std::string& folder);
std::string pair_path(const std::string& folder, const std::string& name);

Result<KeyTable> read_table(const std::string& folder);
Status write_table(const std::string& folder, const KeyTable& table);

// Refuses (key_exposed) a file that others may read. In systemd's credential folder ($CREDENTIALS_
// DIRECTORY) access is systemd's business: there the file may be its owner's group's too, if the
// owner is root or this user.
Result<KeyPair> read_pair(const std::string& path);
Status write_pair(const std::string& folder, const std::string& name, const KeyPair& pair);

// The principals whose pairs lie in the folder, in order.
Result<std::vector<std::string>> pairs_in(const std::string& folder);

Error key_error(const char* reason, std::string detail);

}  // namespace bilten::net
