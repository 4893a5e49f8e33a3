#include "daemons/payment/providers.h"

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "daemons/payment/provider_guard.h"
#include "daemons/payment/provider_sandbox.h"
#include "daemons/payment/stripe_account.h"

namespace bilten::payment {

std::string sandbox_signing_secret(const Config& config, const ServiceKeys& keys) {
  if (!config.sandbox_secret.empty()) return config.sandbox_secret;
  return hex(crypto::keyed_hash(keys.secret, "sandbox webhooks", ""));
}

Providers make_providers(const Config& config, const ServiceKeys& keys,
                         std::shared_ptr<Provider> stripe) {
  return [config, keys, stripe = std::move(stripe)](std::string_view name,
                                                    const Ask& ask) -> std::shared_ptr<Provider> {
    if (name == "stripe") return stripe;
    if (name != "sandbox" || config.provider != ProviderName::sandbox) return nullptr;
    const SandboxOptions options{keys.secret, sandbox_signing_secret(config, keys),
                                 config.public_url, config.sandbox_lost_answers};
    return std::make_shared<SandboxProvider>(options, ask);
  };
}

Result<std::shared_ptr<Provider>> make_stripe(const StripeConfig& config,
                                              const std::string& public_url) {
  static const SystemClock clock;
  auto options = stripe_options(config, public_url);
  if (!options) return options.error();
  return std::shared_ptr<Provider>(std::make_shared<GuardedProvider>(
      std::make_unique<StripeProvider>(std::move(*options)), clock, breaker_limits(config)));
}

}  // namespace bilten::payment
