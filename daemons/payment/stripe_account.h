// The accounts at Stripe of the settings: their secrets are read once, at the start.
#pragma once

#include <map>

#include "common/base/clock.h"
#include "daemons/payment/breaker.h"
#include "daemons/payment/provider_stripe.h"
#include "daemons/payment/stripe_config.h"

namespace bilten::payment {

// Errors name the setting to change: secret_missing, secret_refused, secret_unavailable;
// stripe_key_refused: no secret or restricted key; stripe_api_refused: plain http to another
// machine; public_url_missing. `return_url` is where payers go whose intent says nowhere.
Result<StripeOptions> stripe_options(const StripeConfig& config, const std::string& return_url);

// Of one organisation's own account: its table in [stripe] accounts_file.
struct StripeAccount {
  std::string key;
  std::vector<std::string> webhook_secrets;  // Several while one is rolled.
  static constexpr auto fields() {
    return field_list(field("key", &StripeAccount::key, length(1, 500, Format::secret)),
                      field("webhook_secrets", &StripeAccount::webhook_secrets,
                            items(1, 8, length(1, 500, Format::secret))));
  }
};
inline constexpr size_t kStripeAccountsMax = 1000;

// By organisation; none where the settings name no file. Errors as of load_secret_tables, in the
// same words for a table that is no organisation's id, a key that is no secret one, and too many.
Result<std::map<Id, StripeAccount>> stripe_accounts(const StripeConfig& config);

// The same options for an organisation's own account.
StripeOptions own_stripe_options(const StripeOptions& platform, const StripeAccount& account);

BreakerLimits breaker_limits(const StripeConfig& config);

}  // namespace bilten::payment
