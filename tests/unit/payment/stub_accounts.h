// Accounts at a provider that do what a test says: the platform's, and those of two organisations.
#pragma once

#include "daemons/payment/provider_reports.h"
#include "tests/unit/payment/counter.h"

namespace bilten::test {

using BalanceLine = payment::ReportLine;

// An account whose webhooks and whose report say what the test wants; signed by its secret alone.
class StubAccount final : public Provider, public ProviderReports {
 public:
  explicit StubAccount(std::string secret) : secret_(std::move(secret)) {}

  std::string_view name() const override { return "stripe"; }
  Result<IntentView> open(const Intent& intent) override {
    if (refuses) return Error{Code::unavailable, "provider_refuses_us", "401"};
    ++opened;
    return IntentView{.reference = "cs_" + intent.payment_id.text(), .amount = intent.amount};
  }
  Result<IntentView> look_up(const std::string& reference) override {
    return IntentView{.reference = reference, .state = state, .amount = {1500, "EUR"}};
  }
  Result<IntentView> capture(const std::string& reference, const std::string&) override {
    return look_up(reference);
  }
  Result<IntentView> cancel(const std::string& reference, const std::string&) override {
    return look_up(reference);
  }
  Result<RefundView> refund(const RefundOrder& order) override {
    if (refuses) return Error{Code::unavailable, "provider_refuses_us", "401"};
    ++refunded;
    BalanceLine line;
    line.source = "re_" + order.refund_id.text();
    line.reference = "txn_" + line.source;
    line.category = "refund";
    line.money_reference = order.reference;
    line.amount = {-order.amount.amount, order.amount.currency};
    lines.push_back(line);
    return RefundView{line.source, RefundState::succeeded, order.amount};
  }
  Result<WebhookEvent> read_webhook(const RawWebhook& webhook, UnixMillis) const override {
    if (webhook.signature != secret_) return Error{Code::unauthenticated, "bad_signature", ""};
    return event;
  }

  ProviderReports* reports() override { return this; }
  Result<ReportPage<BalanceLine>> balance_lines(const ReportQuery&) override {
    ++reports_read;
    if (refuses) return Error{Code::unavailable, "provider_refuses_us", "401"};
    return ReportPage<BalanceLine>{lines, {}};
  }
  Result<ReportPage<ReportedPayout>> payouts(const ReportQuery&) override {
    return ReportPage<ReportedPayout>{};
  }

  bool refuses = false;
  int opened = 0, refunded = 0, reports_read = 0;
  IntentState state = IntentState::pending;
  WebhookEvent event = {};
  std::vector<BalanceLine> lines = {};  // Of its balance, a page.

 private:
  const std::string secret_;
};

struct Accounts {
  static payment::Config settings() {
    payment::Config config;
    config.provider = ProviderName::stripe;
    return config;
  }
  Service with_own() const {
    return service(settings(), Counter::keys(), platform, {{id_of(1), own}, {id_of(2), other}});
  }
  Service without_own() const { return service(settings(), Counter::keys(), platform); }

  std::shared_ptr<StubAccount> platform = std::make_shared<StubAccount>("platform"),
                               own = std::make_shared<StubAccount>("own"),
                               other = std::make_shared<StubAccount>("other");
};

}  // namespace bilten::test
