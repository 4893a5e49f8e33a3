// The Stripe provider of the settings: its secrets are read once, at the start.
#pragma once

#include "common/base/clock.h"
#include "daemons/payment/breaker.h"
#include "daemons/payment/provider_stripe.h"
#include "daemons/payment/stripe_config.h"

namespace bilten::payment {

// Errors name the setting to change: secret_missing, secret_refused, secret_unavailable;
// stripe_key_refused: no secret or restricted key; stripe_api_refused: plain http to another
// machine; public_url_missing. `return_url` is where payers go whose intent says nowhere.
Result<StripeOptions> stripe_options(const StripeConfig& config, const std::string& return_url);

BreakerLimits breaker_limits(const StripeConfig& config);

}  // namespace bilten::payment
