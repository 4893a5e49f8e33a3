#include "common/net/keys.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::net {
namespace {

bool exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

Error bad_name(const std::string& name) {
  return key_error("bad_name",
                   "\"" + name + "\" is not a principal's name: [a-z0-9_-], at most 32");
}

std::string find_key(const KeyTable::Keys& keys, const std::string& name) {
  const auto found = keys.find(name);
  return found == keys.end() ? std::string() : found->second;
}

Error is_revoked(const std::string& name) {
  return key_error(
      "key_revoked",
      "the key of " + name + " is revoked; make a new pair with biltenctl keys rotate " + name);
}

std::string path_of_own(const std::string& folder, const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  if (const char* credentials = std::getenv("CREDENTIALS_DIRECTORY")) {
    auto path = pair_path(credentials, name);
    if (exists(path)) return path;
  }
  return pair_path(folder, name);
}

// Gives each name that is new a pair.
Status make_missing(const std::string& folder, const std::vector<std::string>& names,
                    KeyTable& table) {
  for (const auto& name : names) {
    if (!is_principal_name(name)) return bad_name(name);
    if (exists(pair_path(folder, name)) || table.current.contains(name) ||
        table.revoked.contains(name)) {
      continue;
    }
    const auto pair = make_key_pair();
    if (auto written = write_pair(folder, name, pair); !written) return written;
    table.current[name] = pair.public_key;
  }
  return Done{};
}

// A pair that is here and that the table does not know is the truth, unless it was revoked.
Status adopt_pairs(const std::string& folder, KeyTable& table) {
  const auto names = pairs_in(folder);
  if (!names) return names.error();
  for (const auto& name : *names) {
    const auto pair = read_pair(pair_path(folder, name));
    if (!pair) return pair.error();
    const auto& key = pair->public_key;
    if (find_key(table.current, name) == key || find_key(table.previous, name) == key ||
        find_key(table.revoked, name) == key) {
      continue;
    }
    table.current[name] = key;
    table.previous.erase(name);
  }
  return Done{};
}

}  // namespace

KeyPair make_key_pair() {
  std::array<char, kKeyCharacters + 1> own{}, secret{};
  CHECK_INVARIANT(zmq_curve_keypair(own.data(), secret.data()) == 0);
  return {own.data(), secret.data()};
}

Result<KeyRing> load_keys(const std::string& folder, const std::string& name) {
  if (!is_principal_name(name)) return bad_name(name);
  auto table = read_table(folder);
  if (!table) return table.error();
  const auto revoked = find_key(table->revoked, name);
  if (!revoked.empty() && !table->current.contains(name)) return is_revoked(name);
  const auto path = path_of_own(folder, name);
  auto pair = read_pair(path);
  if (!pair) return pair.error();
  if (pair->public_key == revoked) return is_revoked(name);
  if (find_key(table->current, name) != pair->public_key &&
      find_key(table->previous, name) != pair->public_key) {
    return key_error("key_file", table_path(folder) + " has another key for " + name + " than " +
                                     path + ", or none; run biltenctl keys gen");
  }
  return KeyRing{name, std::move(*pair), std::move(table->current), std::move(table->previous),
                 folder};
}

Status generate_keys(const std::string& folder, const std::vector<std::string>& names) {
  // Open to all, whatever the umask: the table is read by processes that may not read the pairs.
  const bool made_folder = mkdir(folder.c_str(), 0755) == 0 && chmod(folder.c_str(), 0755) == 0;
  if (!made_folder && errno != EEXIST) {
    return key_error("key_file",
                     "cannot create " + folder + ": " + std::generic_category().message(errno));
  }
  KeyTable table;
  if (exists(table_path(folder))) {
    auto known = read_table(folder);
    if (!known) return known.error();
    table = std::move(*known);
  }
  if (auto made = make_missing(folder, names, table); !made) return made;
  if (auto adopted = adopt_pairs(folder, table); !adopted) return adopted;
  return write_table(folder, table);
}

// The table first: a cut in between leaves a pair that the table still accepts, as the one before.
Status rotate_key(const std::string& folder, const std::string& name) {
  if (!is_principal_name(name)) return bad_name(name);
  auto table = read_table(folder);
  if (!table) return table.error();
  auto before = find_key(table->current, name);
  if (before.empty() && !table->revoked.contains(name)) {
    return key_error("unknown_name", table_path(folder) + " has no " + name +
                                         "; make its pair with biltenctl keys gen");
  }
  const auto pair = make_key_pair();
  table->current[name] = pair.public_key;
  if (!before.empty()) {
    // What a process may run on is its pair, where an earlier rotation was cut short.
    const auto own = read_pair(pair_path(folder, name));
    table->previous[name] = own ? own->public_key : before;
  }
  if (auto written = write_table(folder, *table); !written) return written;
  return write_pair(folder, name, pair);
}

Status finish_rotation(const std::string& folder, const std::string& name) {
  auto table = read_table(folder);
  if (!table) return table.error();
  if (table->previous.erase(name) == 0) {
    return key_error("not_rotating", name + " has no key before its current one");
  }
  const auto own = read_pair(pair_path(folder, name));
  if (own && own->public_key != find_key(table->current, name)) {
    return key_error("cut_short", pair_path(folder, name) +
                                      " still holds the key before: its rotation was cut short; "
                                      "rotate again");
  }
  return write_table(folder, *table);
}

Status revoke_key(const std::string& folder, const std::string& name) {
  auto table = read_table(folder);
  if (!table) return table.error();
  const auto key = find_key(table->current, name);
  if (key.empty()) {
    return key_error("unknown_name", table_path(folder) + " has no key of " + name + " to revoke");
  }
  table->current.erase(name);
  table->previous.erase(name);
  table->revoked[name] = key;
  if (auto written = write_table(folder, *table); !written) return written;
  const auto pair = pair_path(folder, name);
  if (unlink(pair.c_str()) != 0 && errno != ENOENT) {
    return key_error("key_file",
                     "cannot remove " + pair + ": " + std::generic_category().message(errno));
  }
  return Done{};
}

Result<std::vector<KeyInfo>> list_keys(const std::string& folder) {
  const auto table = read_table(folder);
  if (!table) return table.error();
  std::vector<KeyInfo> all;
  for (const auto& [name, key] : table->current) {
    KeyInfo info{name, fingerprint(key), {}, {}, false};
    const auto before = find_key(table->previous, name);
    if (!before.empty()) info.previous = fingerprint(before);
    struct stat facts {};
    if (stat(pair_path(folder, name).c_str(), &facts) == 0) info.made_at_s = facts.st_mtime;
    all.push_back(std::move(info));
  }
  for (const auto& [name, key] : table->revoked) {
    if (!table->current.contains(name)) all.push_back({name, fingerprint(key), {}, {}, true});
  }
  return all;
}

std::string fingerprint(const std::string& public_key) {
  const auto hash = crypto::hash({public_key});
  return hex({hash.data(), 8});
}

ServerKey::ServerKey(const KeyRing& ring, std::string server)
    : folder_(ring.folder), server_(std::move(server)), key_(find_key(ring.public_keys, server_)) {}

const std::string& ServerKey::renew(bool failed) {
  if (folder_.empty()) return key_;
  const auto table = read_table(folder_);
  if (!table) return key_;  // It is being changed, or damaged: what worked may work again.
  const auto current = find_key(table->current, server_);
  const auto before = find_key(table->previous, server_);
  const bool other = failed && key_ == current && !before.empty();
  if (!current.empty()) key_ = other ? before : current;
  return key_;
}

}  // namespace bilten::net
