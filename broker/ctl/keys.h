// `biltenctl keys`: the mesh's key folder. Works on files alone; each change says what to do next.
#pragma once

#include <string>

#include "broker/ctl/session.h"

namespace bilten::ctl {

struct KeyOptions {
  std::string folder = "/etc/bilten/keys";
  std::string access = "/etc/bilten/access.toml";
  std::string name;         // rotate and revoke: which principal.
  bool with_probe = false;  // gen: a pair for the tests' principal too.
  bool finish = false;      // rotate: drop the key before instead.
};

// The principals of access.toml, without the tests' own (kProbe), which no mesh in use shall have a
// key for, unless asked.
Result<std::vector<std::string>> principals_of(const std::string& access, bool with_probe);

int keys_gen(const Session& session, const KeyOptions& options);
int keys_ls(const Session& session, const KeyOptions& options);
int keys_rotate(const Session& session, const KeyOptions& options);
int keys_revoke(const Session& session, const KeyOptions& options);

}  // namespace bilten::ctl
