#include "common/service/places.h"

#include <filesystem>

#include "common/crypto/crypto.h"
#include "common/service/credentials.h"

namespace bilten {

namespace {

constexpr size_t kSecretBytes = 32;

Result<std::string> load_secret(const StoreSettings& settings, const std::string& file,
                                Random& random) {
  if (const auto credential = credential_path(file)) {
    return crypto::load_or_make_secret(*credential, kSecretBytes, random);
  }
  std::error_code failed;
  const auto folder = settings.secrets.empty() ? std::filesystem::path(settings.folder) / "secrets"
                                               : std::filesystem::path(settings.secrets);
  if (std::filesystem::create_directories(folder, failed)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  }
  return crypto::load_or_make_secret((folder / file).string(), kSecretBytes, random);
}

}  // namespace

std::string store_folder(const StoreSettings& settings, const std::string& service) {
  return (std::filesystem::path(settings.folder) / service).string();
}

Result<ServiceKeys> load_service_keys(const StoreSettings& settings, const std::string& service,
                                      Random& random) {
  auto secret = load_secret(settings, service + ".secret", random);
  if (!secret) return secret.error();
  auto mail_index = load_secret(settings, "mail_index.key", random);
  if (!mail_index) return mail_index.error();
  return ServiceKeys{std::move(*secret), std::move(*mail_index)};
}

Result<std::unique_ptr<Store>> open_store(const StoreSettings& settings, const std::string& service,
                                          const ServiceKeys& keys, bool read_only, Random& random) {
  StoreOptions options;
  options.folder = store_folder(settings, service);
  options.vault_key = crypto::keyed_hash(keys.secret, "bilten service: vault", service);
  options.read_only = read_only;
  if (!read_only) {
    std::error_code failed;
    std::filesystem::create_directories(settings.folder, failed);
    if (failed) {
      return Error{Code::unavailable, "store_unreadable",
                   settings.folder + ": " + failed.message() + "; see [store] folder"};
    }
  }
  return Store::open(options, random);
}

int exit_code_of(const Error& error) {
  if (error.reason == "store_damaged" || error.reason == "rows_differ") return kExitDamaged;
  const bool passes = error.code == Code::unavailable || error.reason == "store_locked";
  return passes ? kExitTryAgain : kExitConfig;
}

}  // namespace bilten
