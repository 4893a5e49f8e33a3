// A breaker before any provider: while it is open, calls end at once as provider_down
// (no_capacity: nothing ran), with the time to wait. Thread-safe where the provider is.
#pragma once

#include <memory>
#include <mutex>

#include "common/base/clock.h"
#include "daemons/payment/breaker.h"
#include "daemons/payment/provider.h"
#include "daemons/payment/provider_reports.h"

namespace bilten::payment {

class GuardedProvider final : public Provider, public ProviderReports, public ProviderDisputes {
 public:
  // `clock` outlives the guard.
  GuardedProvider(std::unique_ptr<Provider> provider, const Clock& clock,
                  const BreakerLimits& limits = {});

  std::string_view name() const override { return provider_->name(); }
  Result<IntentView> open(const Intent& intent) override;
  Result<IntentView> look_up(const std::string& reference) override;
  Result<IntentView> capture(const std::string& reference, const std::string& key) override;
  Result<IntentView> cancel(const std::string& reference, const std::string& key) override;
  Result<RefundView> refund(const RefundOrder& order) override;
  // Webhooks are the provider's own calls: reading them asks nobody.
  Result<WebhookEvent> read_webhook(const RawWebhook& webhook, UnixMillis now) const override {
    return provider_->read_webhook(webhook, now);
  }
  ProviderDisputes* disputes() override { return provider_->disputes() ? this : nullptr; }
  Status give_evidence(const std::string& dispute, const Evidence& evidence, bool submit,
                       const std::string& key) override;

  ProviderReports* reports() override { return provider_->reports() ? this : nullptr; }
  Result<ReportPage<ReportLine>> balance_lines(const ReportQuery& query) override;
  Result<ReportPage<ReportedPayout>> payouts(const ReportQuery& query) override;

  bool is_open() const;

 private:
  template <class Call>
  auto guarded(const Call& call) -> decltype(call());

  const std::unique_ptr<Provider> provider_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  Breaker breaker_;
};

}  // namespace bilten::payment
