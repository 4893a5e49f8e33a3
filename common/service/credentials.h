// Secrets that systemd hands to a service (LoadCredential=), and where others lie instead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace bilten {

// The path of a credential; nothing where systemd gave none of that name.
std::optional<std::string> credential_path(const std::string& name);

// The lines of a secret that others made (a provider's key): systemd's credential where there is
// one, else `file`, of mode 0600. Errors as of crypto::load_secret_lines; where there is neither,
// secret_missing, and `setting` is what to set.
Result<std::vector<std::string>> load_credential(const std::string& name, const std::string& file,
                                                 const std::string& setting);

}  // namespace bilten
