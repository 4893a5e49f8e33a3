#include "daemons/payment/providers.h"

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "daemons/payment/provider_sandbox.h"

namespace bilten::payment {

std::string sandbox_signing_secret(const Config& config, const ServiceKeys& keys) {
  if (!config.sandbox_secret.empty()) return config.sandbox_secret;
  return hex(crypto::keyed_hash(keys.secret, "sandbox webhooks", ""));
}

Providers make_providers(const Config& config, const ServiceKeys& keys) {
  return [config, keys](std::string_view name, const Ask& ask) -> std::shared_ptr<Provider> {
    if (name != word(config.provider)) return nullptr;
    if (config.provider != ProviderName::sandbox) return nullptr;
    const SandboxOptions options{keys.secret, sandbox_signing_secret(config, keys),
                                 config.public_url, config.sandbox_lost_answers};
    return std::make_shared<SandboxProvider>(options, ask);
  };
}

}  // namespace bilten::payment
