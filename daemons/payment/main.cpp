// bilten-payment: takes the right amount once, gives it back once, and can prove every cent.
#include "common/service/daemon.h"
#include "daemons/payment/config.h"
#include "daemons/payment/providers.h"
#include "daemons/payment/reconcile_runs.h"
#include "daemons/payment/service.h"
#include "daemons/payment/service_told.h"
#include "daemons/payment/stripe_account.h"
#include "daemons/payment/tasks.h"

int main(int argc, char** argv) {
  using namespace bilten;
  payment::Config config;
  payment::StripeConfig stripe_config;
  payment::StripeAccounts stripe;
  Daemon daemon;
  daemon.name = "payment";
  daemon.summary = "Payments, refunds and disputes of orders, and the ledger.";
  daemon.settings.section("payment", config).section("stripe", stripe_config);
  daemon.prepare = [&]() -> Status {
    if (config.provider != payment::ProviderName::stripe) return Done{};
    auto made = payment::make_stripe(stripe_config, config.public_url);
    if (!made) return made.error();
    stripe = std::move(*made);
    return Done{};
  };
  daemon.check = [&]() -> Status {
    const auto accounts = payment::stripe_accounts(stripe_config);
    if (!accounts) return accounts.error();
    return Done{};
  };
  daemon.service = [&](const ServiceKeys& keys) {
    return payment::service(config, keys, stripe.platform, stripe.own);
  };
  daemon.on_start = [&](const Rows& rows, const Context& context) {
    auto effects = payment::decide_start(rows, context);
    const auto accounts = payment::reported_accounts(config, stripe.own);
    payment::plan_reconcile(rows, context, config, accounts, effects);
    for (const auto& account : accounts) payment::show_differences(rows, account);
    return effects;
  };
  return run_daemon(daemon, argc, argv);
}
