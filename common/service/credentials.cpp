#include "common/service/credentials.h"

#include <cstdlib>
#include <filesystem>

#include "common/crypto/crypto.h"

namespace bilten {

std::optional<std::string> credential_path(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  if (!credentials) return std::nullopt;
  const auto path = std::filesystem::path(credentials) / name;
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) return std::nullopt;
  return path.string();
}

Result<std::vector<std::string>> load_credential(const std::string& name, const std::string& file,
                                                 const std::string& setting) {
  if (const auto path = credential_path(name)) return crypto::load_secret_lines(*path);
  if (!file.empty()) return crypto::load_secret_lines(file);
  return Error{Code::invalid, "secret_missing",
               "There is no credential " + name + " of systemd's: set " + setting +
                   " to a file of mode 0600 that holds it"};
}

}  // namespace bilten
