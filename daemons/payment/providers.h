// The providers that this platform uses, by name.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "common/service/daemon.h"
#include "common/service/handlers.h"
#include "daemons/payment/config.h"
#include "daemons/payment/provider.h"
#include "daemons/payment/stripe_config.h"

namespace bilten::payment {

// Nothing: there is no provider of that name here. `ask` reaches the sandbox's book; reading
// webhooks needs none. Any thread; what it answers is for one call at a time.
using Providers = std::function<std::shared_ptr<Provider>(std::string_view name, const Ask& ask)>;

// `stripe`: see make_stripe; null where the settings name another.
Providers make_providers(const Config& config, const ServiceKeys& keys,
                         std::shared_ptr<Provider> stripe);
// Stripe behind a breaker, for any thread. Errors as of stripe_options.
Result<std::shared_ptr<Provider>> make_stripe(const StripeConfig& config,
                                              const std::string& public_url);
// What the sandbox signs its webhooks with.
std::string sandbox_signing_secret(const Config& config, const ServiceKeys& keys);

}  // namespace bilten::payment
