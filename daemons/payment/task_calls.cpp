#include "daemons/payment/task_calls.h"

#include <algorithm>

#include "daemons/payment/evidence.h"
#include "daemons/payment/own_accounts.h"
#include "daemons/payment/payments.h"

namespace bilten::payment {

using api::payment::SettleTask;
using api::payment::ToldFailure;

namespace {

constexpr int64_t kWaitMax = int64_t{24} * 3'600'000;  // That a provider can make us wait.

SettleTask settled(const Task& task, const Result<IntentView>& view) {
  SettleTask message{.kind = task.kind, .id = task.id};
  if (view) {
    message.intent = {view->reference, view->state, view->amount, view->redirect_url,
                      view->money_reference};
  } else {
    message.failure = failure_of(view.error());
  }
  return message;
}

SettleTask settled(const Task& task, const Result<RefundView>& view) {
  SettleTask message{.kind = task.kind, .id = task.id};
  if (view) {
    message.refund = {view->reference, view->state, view->failure.substr(0, 64)};
  } else {
    message.failure = failure_of(view.error());
  }
  return message;
}

using Job = std::function<std::optional<SettleTask>(const Ask&)>;

// `use` calls the provider, by the account that the payment was opened in.
template <class Use>
Job job_at(const Providers& providers, const PaymentRow& payment, const Task& task, Use use) {
  const auto missing = missing_reason(payment);
  return [=, name = account_name(payment)](const Ask& ask) -> std::optional<SettleTask> {
    const auto provider = providers(name, ask);
    if (provider) return settled(task, use(*provider));
    SettleTask message{.kind = task.kind, .id = task.id};
    message.failure = {missing, true, 0};
    return message;
  };
}

Job plan_refund(const Providers& providers, const Reader& reader, const Task& task) {
  const auto refund = reader.rows.find<RefundRow>(task.id.view());
  CHECK_INVARIANT(refund);
  const auto payment = find_payment(reader.rows, refund->payment_id);
  const RefundOrder order{payment.reference, refund->payment_id, task.id, refund->amount,
                          provider_key("refund", task.id, refund->round)};
  return job_at(providers, payment, task,
                [order](Provider& provider) { return provider.refund(order); });
}

Intent intent_of(const Reader& reader, const Id& payment_id, const PaymentRow& payment) {
  const auto order = reader.rows.find<OrderRow>(payment.order_id.view());
  CHECK_INVARIANT(order);
  return {.payment_id = payment_id,
          .order_id = payment.order_id,
          .organization_id = payment.organization_id,
          .amount = payment.amount,
          .order_code = order->code,
          .return_url = reader.vault.get(return_key(payment_id)).value_or(""),
          .key = provider_key("open", payment_id)};
}

}  // namespace

std::string provider_key(std::string_view what, const Id& id, int64_t round) {
  return "bilten-" + std::string(what) + "-" + id.text() + "-" + std::to_string(round);
}

ToldFailure failure_of(const Error& error) {
  const bool may_retry = error.code == Code::unavailable || error.code == Code::no_capacity ||
                         error.code == Code::deadline_inflight;
  return {error.reason.substr(0, 64), may_retry,
          std::clamp<int64_t>(error.retry_after_ms, 0, kWaitMax)};
}

Job plan_task(const Providers& providers, const Reader& reader, std::string_view key) {
  const auto task = read_task_key(key);
  if (!reader.rows.has(TaskRow::table, key)) return {};
  if (task.kind == TaskKind::refund) return plan_refund(providers, reader, task);
  if (task.kind == TaskKind::evidence) return plan_evidence(providers, reader, task.id);
  const auto payment = find_payment(reader.rows, task.id);
  if (task.kind == TaskKind::open) {
    return job_at(providers, payment, task,
                  [intent = intent_of(reader, task.id, payment)](Provider& provider) {
                    return provider.open(intent);
                  });
  }
  const auto& reference = payment.reference;
  if (task.kind == TaskKind::look_up) {
    return job_at(providers, payment, task,
                  [reference](Provider& provider) { return provider.look_up(reference); });
  }
  return job_at(providers, payment, task,
                [reference, key = provider_key("cancel", task.id)](Provider& provider) {
                  return provider.cancel(reference, key);
                });
}

}  // namespace bilten::payment
