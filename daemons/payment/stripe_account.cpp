#include "daemons/payment/stripe_account.h"

#include "common/service/credentials.h"
#include "common/service/secret_tables.h"

namespace bilten::payment {
namespace {

// A publishable key (pk_) would be shown to everybody, and can do nothing here.
bool is_secret_key(const std::string& key) {
  return key.starts_with("sk_live_") || key.starts_with("sk_test_") ||
         key.starts_with("rk_live_") || key.starts_with("rk_test_");
}

// Scheme, host and perhaps a port, and nothing that could lead elsewhere.
bool is_address(std::string_view url) {
  static constexpr std::string_view kHttps = "https://", kHere = "http://127.0.0.1:";
  const auto made_of = [](std::string_view rest, std::string_view letters) {
    return !rest.empty() && rest.find_first_not_of(letters) == rest.npos;
  };
  if (url.starts_with(kHere)) return made_of(url.substr(kHere.size()), "0123456789");
  return url.starts_with(kHttps) &&
         made_of(url.substr(kHttps.size()), "abcdefghijklmnopqrstuvwxyz0123456789.-:");
}

Error configuration(std::string why) {
  return {Code::invalid, "configuration", std::move(why)};
}

}  // namespace

Result<StripeOptions> stripe_options(const StripeConfig& config, const std::string& return_url) {
  if (!is_address(config.api)) {
    return Error{Code::invalid, "stripe_api_refused",
                 "[stripe] api must be https://HOST, or http://127.0.0.1:PORT, without a path"};
  }
  if (return_url.empty()) {
    return Error{Code::invalid, "public_url_missing",
                 "Stripe must know where payers go afterwards: set [payment] public_url"};
  }
  auto keys = load_credential("stripe.key", config.key_file, "[stripe] key_file");
  if (!keys) return keys.error();
  if (keys->size() != 1 || !is_secret_key(keys->front())) {
    return Error{Code::invalid, "stripe_key_refused",
                 "The file of [stripe] key_file must hold one secret key (sk_...) or restricted "
                 "key (rk_...)"};
  }
  auto secrets = load_credential("stripe.webhook", config.webhook_secrets_file,
                                 "[stripe] webhook_secrets_file");
  if (!secrets) return secrets.error();
  StripeOptions options{
      .access = {.url = config.api,
                 .key = keys->front(),
                 .ca_file = config.ca_file,
                 .connect_timeout_ms = static_cast<long>(config.connect_timeout_ms),
                 .timeout_ms = static_cast<long>(config.timeout_ms)},
      .webhook_secrets = std::move(*secrets),
      .methods = config.methods,
      .return_url = return_url};
  options.access.connections = stripe::connections_of(options.access);
  return options;
}

Result<std::map<Id, StripeAccount>> stripe_accounts(const StripeConfig& config) {
  const auto path = credential_path("stripe.accounts").value_or(config.accounts_file);
  std::map<Id, StripeAccount> accounts;
  if (path.empty()) return accounts;
  auto tables = load_secret_tables<StripeAccount>(path);
  if (!tables) return tables.error();
  if (tables->size() > kStripeAccountsMax) {
    return configuration(path + ": has over " + std::to_string(kStripeAccountsMax) + " accounts");
  }
  for (auto& [table, account] : *tables) {
    const auto organization_id = Id::parse(table.name);
    if (!organization_id) return configuration(table.where + ": [] must hold an organisation's id");
    if (!is_secret_key(account.key)) {
      return configuration(table.where + ": \"key\" must be a secret key (sk_...) or restricted " +
                           "key (rk_...)");
    }
    accounts.emplace(*organization_id, std::move(account));
  }
  return accounts;
}

StripeOptions own_stripe_options(const StripeOptions& platform, const StripeAccount& account) {
  auto options = platform;
  options.access.key = account.key;
  options.webhook_secrets = account.webhook_secrets;
  return options;
}

BreakerLimits breaker_limits(const StripeConfig& config) {
  return {.failures_to_open = static_cast<int>(config.failures_to_rest),
          .rest_us = config.rest_s * 1'000'000};
}

}  // namespace bilten::payment
