// What passes between us and providers: tasks, how they end, webhooks.
#include <map>

#include "common/process/metrics.h"
#include "daemons/payment/refund_line_rows.h"
#include "daemons/payment/service_parts.h"
#include "daemons/payment/task_calls.h"
#include "daemons/payment/tasks.h"
#include "daemons/payment/webhooks.h"

namespace bilten::payment {

using namespace api::payment;

namespace {

// Webhooks that were refused, by the reasons of the contract.
class RefusedWebhooks {
 public:
  RefusedWebhooks() {
    const auto& declared = TakeWebhook::contract.refusals;
    for (size_t i = 0; i < declared.count; ++i) add(declared.words[i]);
    add("other");
  }
  void count(std::string_view reason) {
    const auto found = by_reason_.find(reason);
    (found == by_reason_.end() ? by_reason_.at("other") : found->second).add();
  }

 private:
  void add(std::string_view reason) {
    by_reason_.emplace(reason, counter("bilten_payment_webhooks_refused_total",
                                       "Webhooks that were refused, by reason.",
                                       {{"reason", std::string(reason)}}));
  }

  std::map<std::string_view, Counter> by_reason_;
};

}  // namespace

Table task_table(const Config& config, const Providers& providers) {
  const auto refused = std::make_shared<RefusedWebhooks>();
  const auto counted = [refused](auto decide) {
    return [=](const Rows& rows, const Context& context, const auto& message) {
      auto decided = decide(rows, context, message);
      if (!decided) refused->count(decided.error().reason);
      return decided;
    };
  };
  const auto plan = [providers](const Reader& reader, std::string_view key) {
    return plan_task(providers, reader, key);
  };
  return {
      command<SettleTask>("payment.settle", decide_settle),
      command<TakeWebhook>("payment.webhook", counted(with(providers, decide_webhook))),
      command<TakeOwnWebhook>("payment.own_webhook", counted(with(providers, decide_own_webhook))),
      timer(kTaskTimer, decide_task_due),
      timer(kRefundLineTimer, with(config.refunds_per_s, decide_refunds_due)),
      sender<SettleTask>(kTaskSender, "payment.settle", plan),
  };
}

}  // namespace bilten::payment
