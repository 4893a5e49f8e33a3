// What passes between us and providers: tasks, how they end, webhooks.
#include "daemons/payment/refund_line_rows.h"
#include "daemons/payment/service_parts.h"
#include "daemons/payment/tasks.h"
#include "daemons/payment/webhooks.h"

namespace bilten::payment {

using namespace api::payment;

Table task_table(const Config& config, const Providers& providers) {
  const auto plan = [providers](const Reader& reader, std::string_view key) {
    return plan_task(providers, reader, key);
  };
  return {
      command<SettleTask>("payment.settle", decide_settle),
      command<TakeWebhook>("payment.webhook", with(providers, decide_webhook)),
      command<TakeOwnWebhook>("payment.own_webhook", with(providers, decide_own_webhook)),
      timer(kTaskTimer, decide_task_due),
      timer(kRefundLineTimer, with(config.refunds_per_s, decide_refunds_due)),
      sender<SettleTask>(kTaskSender, "payment.settle", plan),
  };
}

}  // namespace bilten::payment
