#include "daemons/payment/providers.h"

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/provider_guard.h"
#include "daemons/payment/provider_sandbox.h"
#include "daemons/payment/stripe_account.h"

namespace bilten::payment {
namespace {

std::shared_ptr<Provider> guarded(const StripeOptions& options, const StripeConfig& config) {
  static const SystemClock clock;
  return std::make_shared<GuardedProvider>(std::make_unique<StripeProvider>(options), clock,
                                           breaker_limits(config));
}

}  // namespace

std::string sandbox_signing_secret(const Config& config, const ServiceKeys& keys) {
  if (!config.sandbox_secret.empty()) return config.sandbox_secret;
  return hex(crypto::keyed_hash(keys.secret, "sandbox webhooks", ""));
}

Providers make_providers(const Config& config, const ServiceKeys& keys,
                         std::shared_ptr<Provider> stripe, const OwnAccounts& own) {
  std::map<std::string, std::shared_ptr<Provider>, std::less<>> known;
  if (stripe) known.emplace("stripe", std::move(stripe));
  for (const auto& [id, provider] : own) known.emplace(account_name("stripe", id), provider);
  return [config, keys, known = std::move(known)](std::string_view name,
                                                  const Ask& ask) -> std::shared_ptr<Provider> {
    if (const auto found = known.find(name); found != known.end()) return found->second;
    if (name != "sandbox" || config.provider != ProviderName::sandbox) return nullptr;
    const SandboxOptions options{keys.secret, sandbox_signing_secret(config, keys),
                                 config.public_url, config.sandbox_lost_answers};
    return std::make_shared<SandboxProvider>(options, ask);
  };
}

std::vector<std::string> reported_accounts(const Config& config, const OwnAccounts& own) {
  std::vector<std::string> names;
  if (config.provider == ProviderName::none) return names;
  names.emplace_back(word(config.provider));
  for (const auto& [id, provider] : own) names.push_back(account_name(names.front(), id));
  return names;
}

Result<StripeAccounts> make_stripe(const StripeConfig& config, const std::string& public_url) {
  const auto options = stripe_options(config, public_url);
  if (!options) return options.error();
  const auto accounts = stripe_accounts(config);
  if (!accounts) return accounts.error();
  StripeAccounts made{guarded(*options, config), {}};
  for (const auto& [id, account] : *accounts) {
    made.own.emplace(id, guarded(own_stripe_options(*options, account), config));
  }
  return made;
}

}  // namespace bilten::payment
