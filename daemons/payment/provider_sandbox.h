// The port to the sandbox: asks its book as it would ask a provider far away, and where the
// settings want it, loses some answers on the way.
#pragma once

#include <string>

#include "common/service/handlers.h"
#include "daemons/payment/provider.h"
#include "daemons/payment/provider_reports.h"

namespace bilten::payment {

struct SandboxOptions {
  std::string secret;        // Of the service: references come from it.
  std::string signing;       // Of webhooks.
  std::string public_url;    // Where payers find the page; empty: on the host they came from.
  int64_t lost_answers = 0;  // Percent.
};

class SandboxProvider final : public Provider, public ProviderReports, public ProviderDisputes {
 public:
  SandboxProvider(SandboxOptions options, Ask ask)
      : options_(std::move(options)), ask_(std::move(ask)) {}

  std::string_view name() const override { return "sandbox"; }
  Result<IntentView> open(const Intent& intent) override;
  Result<IntentView> look_up(const std::string& reference) override;
  // It takes what is approved by itself: says how the intent stands.
  Result<IntentView> capture(const std::string& reference, const std::string& key) override;
  Result<IntentView> cancel(const std::string& reference, const std::string& key) override;
  Result<RefundView> refund(const RefundOrder& order) override;
  Result<WebhookEvent> read_webhook(const RawWebhook& webhook, UnixMillis now) const override;
  ProviderDisputes* disputes() override { return this; }
  Status give_evidence(const std::string& dispute, const Evidence& evidence, bool submit,
                       const std::string& key) override;

  ProviderReports* reports() override { return this; }
  // The oldest come first.
  Result<ReportPage<ReportLine>> balance_lines(const ReportQuery& query) override;
  // It keeps the money.
  Result<ReportPage<ReportedPayout>> payouts(const ReportQuery&) override {
    return ReportPage<ReportedPayout>{};
  }

 private:
  template <class Message>
  Result<typename Message::Answer> call(const Message& message) const;
  template <class Message>
  Result<IntentView> view_from(const Message& message) const;

  const SandboxOptions options_;
  const Ask ask_;
};

}  // namespace bilten::payment
