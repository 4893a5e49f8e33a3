// Stripe, by hosted Checkout: the buyer types the card into Stripe's page, so card data never
// touches us. An intent is a Checkout session; its money is the payment intent that Stripe makes
// once the buyer pays. docs/stripe.md says how an account is set up.
#pragma once

#include <string>
#include <vector>

#include "daemons/payment/provider.h"
#include "daemons/payment/provider_reports.h"
#include "daemons/payment/stripe_api.h"
#include "daemons/payment/stripe_objects.h"

namespace bilten::payment {

struct StripeOptions {
  stripe::Access access;
  std::vector<std::string> webhook_secrets;     // Several while one is rolled.
  std::vector<std::string> methods = {"card"};  // Empty: what the account's dashboard says.
  std::string return_url = {};                  // For intents that have none of their own.
};

class StripeProvider final : public Provider, public ProviderReports, public ProviderDisputes {
 public:
  explicit StripeProvider(StripeOptions options);

  std::string_view name() const override { return "stripe"; }
  Result<IntentView> open(const Intent& intent) override;
  Result<IntentView> look_up(const std::string& reference) override;
  // Checkout takes the money by itself: says how the intent stands.
  Result<IntentView> capture(const std::string& reference, const std::string& key) override;
  Result<IntentView> cancel(const std::string& reference, const std::string& key) override;
  // Looks for the refund before it asks for it, as Stripe forgets idempotency keys after a day.
  // Under another key one that failed is asked for again.
  Result<RefundView> refund(const RefundOrder& order) override;
  Result<WebhookEvent> read_webhook(const RawWebhook& webhook, UnixMillis now) const override;

  ProviderReports* reports() override { return this; }
  ProviderDisputes* disputes() override { return this; }

  Result<ReportPage<ReportLine>> balance_lines(const ReportQuery& query) override;
  Result<ReportPage<ReportedPayout>> payouts(const ReportQuery& query) override;
  Status give_evidence(const std::string& dispute, const Evidence& evidence, bool submit,
                       const std::string& key) override;

 private:
  Result<stripe::Form> session_form(const Intent& intent) const;
  // The parameter that names the money, for reference and id of either kind.
  Result<std::pair<std::string, std::string>> money_of(const std::string& reference);
  // What an earlier attempt made; one that failed counts only under the same key, as another key
  // means that it is to be tried anew.
  Result<std::optional<RefundView>> find_refund(const std::pair<std::string, std::string>& money,
                                                const RefundOrder& order);

  const StripeOptions options_;
  stripe::Api api_;
};

}  // namespace bilten::payment
