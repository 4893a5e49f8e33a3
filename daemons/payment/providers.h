// The accounts at providers that this platform uses, by name.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/service/daemon.h"
#include "common/service/handlers.h"
#include "daemons/payment/config.h"
#include "daemons/payment/provider.h"
#include "daemons/payment/stripe_config.h"

namespace bilten::payment {

// By the name of the account (account_name): nothing, where there is none of that name here. `ask`
// reaches the sandbox's book; reading webhooks needs none. Any thread; what it answers is for one
// call at a time.
using Providers = std::function<std::shared_ptr<Provider>(std::string_view name, const Ask& ask)>;

// Accounts that organisations have of their own, by organisation.
using OwnAccounts = std::map<Id, std::shared_ptr<Provider>>;

// `stripe`, `own`: see make_stripe; null and none where the settings name another.
Providers make_providers(const Config& config, const ServiceKeys& keys,
                         std::shared_ptr<Provider> stripe, const OwnAccounts& own);

// The names of the accounts that have a report: the platform's first, then organisations'.
std::vector<std::string> reported_accounts(const Config& config, const OwnAccounts& own);

// Each account behind a breaker of its own, for any thread.
struct StripeAccounts {
  std::shared_ptr<Provider> platform;
  OwnAccounts own;
};
// Errors as of stripe_options and stripe_accounts.
Result<StripeAccounts> make_stripe(const StripeConfig& config, const std::string& public_url);
// What the sandbox signs its webhooks with.
std::string sandbox_signing_secret(const Config& config, const ServiceKeys& keys);

}  // namespace bilten::payment
