// A private file that holds more than one key: its text as it stands.
#pragma once

#include <string>

#include "common/base/result.h"

namespace bilten::crypto {

// From a file of mode 0600 (or a systemd credential), as private as load_secret_lines wants it, of
// at most `bytes_max`. secret_refused, secret_unavailable; errors say nothing of the text.
Result<std::string> load_secret_text(const std::string& path, size_t bytes_max);

}  // namespace bilten::crypto
