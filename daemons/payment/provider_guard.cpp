#include "daemons/payment/provider_guard.h"

namespace bilten::payment {

GuardedProvider::GuardedProvider(std::unique_ptr<Provider> provider, const Clock& clock,
                                 const BreakerLimits& limits)
    : provider_(std::move(provider)), clock_(clock), breaker_(limits) {}

// Only "perhaps it happened" is the provider's trouble: a refusal, or a word to come back later,
// shows that it lives.
template <class Call>
auto GuardedProvider::guarded(const Call& call) -> decltype(call()) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto wait_us = breaker_.wait_us(clock_.steady_us()); wait_us > 0) {
      Error down{Code::no_capacity, "provider_down",
                 std::string(provider_->name()) + " has failed too often; it is asked again later"};
      down.retry_after_ms = static_cast<uint32_t>(wait_us / 1000 + 1);
      return down;
    }
  }
  auto answer = call();
  const std::lock_guard lock(mutex_);
  if (!answer && answer.error().code == Code::unavailable) {
    breaker_.failed(clock_.steady_us());
  } else {
    breaker_.answered();
  }
  return answer;
}

Result<IntentView> GuardedProvider::open(const Intent& intent) {
  return guarded([&] { return provider_->open(intent); });
}

Result<IntentView> GuardedProvider::look_up(const std::string& reference) {
  return guarded([&] { return provider_->look_up(reference); });
}

Result<IntentView> GuardedProvider::capture(const std::string& reference, const std::string& key) {
  return guarded([&] { return provider_->capture(reference, key); });
}

Result<IntentView> GuardedProvider::cancel(const std::string& reference, const std::string& key) {
  return guarded([&] { return provider_->cancel(reference, key); });
}

Result<RefundView> GuardedProvider::refund(const RefundOrder& order) {
  return guarded([&] { return provider_->refund(order); });
}

Result<ReportPage<ReportLine>> GuardedProvider::balance_lines(const ReportQuery& query) {
  return guarded([&] { return provider_->reports()->balance_lines(query); });
}

Result<ReportPage<ReportedPayout>> GuardedProvider::payouts(const ReportQuery& query) {
  return guarded([&] { return provider_->reports()->payouts(query); });
}

Status GuardedProvider::give_evidence(const std::string& dispute, const Evidence& evidence,
                                      bool submit, const std::string& key) {
  return guarded(
      [&] { return provider_->disputes()->give_evidence(dispute, evidence, submit, key); });
}

bool GuardedProvider::is_open() const {
  const std::lock_guard lock(mutex_);
  return breaker_.is_open();
}

}  // namespace bilten::payment
