#include "daemons/payment/tasks.h"

#include <algorithm>

#include "daemons/payment/attention.h"
#include "daemons/payment/evidence.h"
#include "daemons/payment/own_accounts.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/refund_line.h"
#include "daemons/payment/refunds.h"

namespace bilten::payment {

using api::payment::Attempted;
using api::payment::GivenUp;
using api::payment::Offered;
using api::payment::Postponed;
using api::payment::RefundsPaced;
using api::payment::SettleTask;
using api::payment::ToldFailure;
using api::payment::ToldIntent;
using api::payment::ToldRefund;

namespace {

// A call that has not come back by then is taken for lost: longer than a call may take.
constexpr UnixMillis kTaskLease = 15 * kSecondMillis;

// A buyer looks at a page that is not there yet: the pause begins to grow after that many tries.
constexpr int64_t kQuickTries = 4;

// Those beyond wait for their lease.
constexpr size_t kResumedAtOnce = 1000;

// A provider that wants us to wait is believed so far for all its refunds.
constexpr UnixMillis kPauseMax = 5 * kMinuteMillis;

UnixMillis doubled(UnixMillis first, int64_t attempt, UnixMillis most) {
  const auto times = std::clamp<int64_t>(attempt - 1, 0, 20);
  return std::min(first << times, most);
}

// From one attempt to the next where nothing is heard of it.
UnixMillis wait_after(TaskKind kind, int64_t attempt) {
  switch (kind) {
    case TaskKind::open: return doubled(kTaskLease, attempt, kMinuteMillis);
    case TaskKind::look_up: return doubled(2 * kTaskLease, attempt, 10 * kMinuteMillis);
    case TaskKind::cancel:
    case TaskKind::evidence: return doubled(kTaskLease, attempt, kHourMillis);
    case TaskKind::refund: return kTaskLease;  // Then it waits in line again.
  }
  return kHourMillis;
}

// Until the next attempt where the provider could not say.
UnixMillis wait_of_failed(TaskKind kind, int64_t attempts) {
  const auto most = kind == TaskKind::refund ? kHourMillis : wait_after(kind, attempts);
  return doubled(kSecondMillis, attempts - (kind == TaskKind::open ? kQuickTries : 0), most);
}

template <class Fact>
Fact of_task(const Task& task) {
  Fact fact;
  fact.kind = task.kind;
  fact.id = task.id;
  return fact;
}

void attempt(const Task& task, int64_t number, UnixMillis now, Effects& effects) {
  auto fact = of_task<Attempted>(task);
  fact.attempt = number;
  fact.next_at = {now + wait_after(task.kind, number)};
  effects.record(fact);
  effects.send(kTaskSender, task_key(task.kind, task.id));
}

void postpone(const Task& task, UnixMillis at, Effects& effects) {
  auto fact = of_task<Postponed>(task);
  fact.next_at = {at};
  effects.record(fact);
}

void give_up(const Rows& rows, const Task& task, UnixMillis now, Effects& effects) {
  if (task.kind == TaskKind::refund) {
    take_refund_news(rows, now, task.id, {RefundState::failed, {}, "given_up"}, effects);
    return;
  }
  if (task.kind == TaskKind::evidence) {
    refuse_evidence(rows, now, task.id, "given_up", effects);
    return;
  }
  const auto payment = find_payment(rows, task.id);
  if (task.kind == TaskKind::open) {
    auto failed = moved<api::payment::Failed>(task.id, payment, payment.amount, now);
    failed.reason = FailReason::unreachable;
    effects.record(failed);
    return;
  }
  auto fact = of_task<GivenUp>(task);
  fact.organization_id = payment.organization_id;
  fact.payment_id = task.id;
  fact.at = {now};
  effects.record(fact);
}

void attempt_next(const Rows& rows, const Task& task, UnixMillis now, Effects& effects) {
  const auto row = rows.find<TaskRow>(task_key(task.kind, task.id));
  CHECK_INVARIANT(row);
  if (row->attempts >= attempts_max(task.kind)) {
    give_up(rows, task, now, effects);
  } else {
    attempt(task, row->attempts + 1, now, effects);
  }
}

Id payment_of(const Rows& rows, const Task& task) {
  if (task.kind != TaskKind::refund) return task.id;
  const auto refund = rows.find<RefundRow>(task.id.view());
  CHECK_INVARIANT(refund);
  return refund->payment_id;
}

void take_failure(const Rows& rows, UnixMillis now, const Task& task, const ToldFailure& failure,
                  Effects& effects) {
  const auto row = rows.find<TaskRow>(task_key(task.kind, task.id));
  if (!row) return;  // It is over by another way.
  const auto payment_id = payment_of(rows, task);
  const auto payment = find_payment(rows, payment_id);
  note_refused(rows, now, payment_id, payment, failure.reason, effects);
  if (task.kind == TaskKind::open && is_account_refused(payment, failure.reason)) {
    auto failed = moved<api::payment::Failed>(task.id, payment, payment.amount, now);
    failed.reason = FailReason::account_refused;
    effects.record(failed);
    return;
  }
  const bool is_final = !failure.may_retry;
  if (is_final && task.kind == TaskKind::refund) {
    take_refund_news(rows, now, task.id, {RefundState::failed, {}, failure.reason}, effects);
    return;
  }
  if (is_final && task.kind == TaskKind::evidence) {
    refuse_evidence(rows, now, task.id, failure.reason, effects);
    return;
  }
  if (is_final && task.kind == TaskKind::open) {
    effects.record(moved<api::payment::Failed>(task.id, payment, payment.amount, now));
    return;
  }
  const auto wait = wait_of_failed(task.kind, row->attempts);
  postpone(task, now + std::max(wait, failure.retry_after_ms), effects);
  if (task.kind != TaskKind::refund || failure.retry_after_ms == 0) return;
  effects.record(
      RefundsPaced{account_name(payment), {now + std::min(failure.retry_after_ms, kPauseMax)}});
}

// A provider that has begun to give money back is asked now and then how that went.
void take_refund(const Rows& rows, UnixMillis now, const Task& task, const ToldRefund& told,
                 Effects& effects) {
  const auto row = rows.find<TaskRow>(task_key(task.kind, task.id));
  if (told.state == RefundState::pending && row) {
    postpone(task, now + doubled(kTaskLease, row->attempts, kHourMillis), effects);
  } else {
    take_refund_news(rows, now, task.id, {told.state, told.reference, told.failure}, effects);
  }
}

bool is_undecided(IntentState state) {
  return state == IntentState::pending || state == IntentState::requires_action ||
         state == IntentState::authorized;
}

// The attempt has ended and left the intent as it was: it is looked at again in its time, and not
// because the process starts.
void wait_on(const Rows& rows, UnixMillis now, const Task& task, Effects& effects) {
  const auto row = rows.find<TaskRow>(task_key(task.kind, task.id));
  if (!row || !row->under_way) return;
  postpone(task, now + wait_after(task.kind, row->attempts), effects);
}

void take_intent(const Rows& rows, const Context& context, const Id& payment_id,
                 const ToldIntent& told, Effects& effects) {
  const auto payment = find_payment(rows, payment_id);
  if (payment.reference.empty()) {
    auto offered = about<Offered>(payment_id, payment, context.now);
    offered.reference = told.reference;
    effects.record(offered);
    if (told.redirect_url) effects.keep(redirect_key(payment_id), *told.redirect_url);
    if (payment.state == PaymentState::closing) {
      begin_task(TaskKind::cancel, payment_id, context.now, effects);
    }
  }
  take_news(rows, context, payment_id, payment, {told.state, told.amount, told.money_reference},
            effects);
}

}  // namespace

int64_t attempts_max(TaskKind kind) {
  switch (kind) {
    case TaskKind::open: return 60;
    case TaskKind::look_up: return INT64_MAX;  // Ends with the order.
    case TaskKind::cancel:
    case TaskKind::refund:
    case TaskKind::evidence: return 80;
  }
  return 1;
}

void begin_task(TaskKind kind, const Id& id, UnixMillis now, Effects& effects) {
  attempt({kind, id}, 1, now, effects);
}

Effects decide_task_due(const Rows& rows, const Context& context, std::string_view key) {
  const auto task = read_task_key(key);
  Effects effects;
  if (task.kind == TaskKind::refund) {  // Nothing was heard of the call.
    const auto row = rows.find<TaskRow>(key);
    CHECK_INVARIANT(row);
    postpone(task, context.now + wait_of_failed(task.kind, row->attempts), effects);
  } else {
    attempt_next(rows, task, context.now, effects);
  }
  return effects;
}

Effects decide_refunds_due(const Rows& rows, const Context& context, std::string_view account,
                           int64_t refunds_per_s) {
  constexpr int64_t kTurnsPerSecond = 10;
  const auto most = (refunds_per_s + kTurnsPerSecond - 1) / kTurnsPerSecond;
  const auto next = next_in_line(rows, account, context.now, most);
  Effects effects;
  for (const auto& id : next) attempt_next(rows, {TaskKind::refund, id}, context.now, effects);
  const auto pause = static_cast<int64_t>(next.size()) * kSecondMillis / refunds_per_s;
  effects.record(RefundsPaced{std::string(account), {context.now + pause}});
  return effects;
}

Effects decide_start(const Rows& rows, const Context& context) {
  Effects effects;
  forget_refused(rows, context.now, effects);
  rows.scan<TaskRow>({}, {}, SIZE_MAX, [&](std::string_view key, const TaskRow& row) {
    if (!row.under_way) return true;
    postpone(read_task_key(key), context.now, effects);
    return effects.facts.size() < kResumedAtOnce;
  });
  return effects;
}

Decided<Nothing> decide_settle(const Rows& rows, const Context& context,
                               const SettleTask& message) {
  const Task task{message.kind, message.id};
  Decision<Nothing> decision;
  if (message.failure) {
    take_failure(rows, context.now, task, *message.failure, decision);
    return decision;
  }
  if (rows.has(TaskRow::table, task_key(task.kind, task.id))) {
    note_answered(rows, context.now, find_payment(rows, payment_of(rows, task)), decision);
  }
  if (message.refund) {
    take_refund(rows, context.now, task, *message.refund, decision);
  } else if (message.evidence) {
    take_evidence(rows, context, task.id, *message.evidence, decision);
  } else if (message.intent) {
    if (task.kind != TaskKind::open && is_undecided(message.intent->state)) {
      wait_on(rows, context.now, task, decision);
    }
    take_intent(rows, context, task.id, *message.intent, decision);
  }
  return decision;
}

void set_task(Rows& rows, TaskKind kind, const Id& id, UnixMillis at) {
  if (kind == TaskKind::refund) return wait_in_line(rows, id, 0, at);
  const auto key = task_key(kind, id);
  rows.save(key, TaskRow{});
  rows.set_timer(kTaskTimer, key, at);
}

void end_task(Rows& rows, TaskKind kind, const Id& id) {
  const auto key = task_key(kind, id);
  if (!rows.has(TaskRow::table, key)) return;
  if (kind == TaskKind::refund) return leave_line(rows, id);
  rows.erase<TaskRow>(key);
  rows.clear_timer(kTaskTimer, key);
}

void apply(Rows& rows, const Attempted& fact) {
  if (fact.kind == TaskKind::refund) {
    return leave_line_for_call(rows, fact.id, fact.attempt, fact.next_at.ms);
  }
  const auto key = task_key(fact.kind, fact.id);
  rows.save(key, TaskRow{fact.attempt, true, {}});
  rows.set_timer(kTaskTimer, key, fact.next_at.ms);
}

void apply(Rows& rows, const Postponed& fact) {
  const auto key = task_key(fact.kind, fact.id);
  auto task = rows.find<TaskRow>(key);
  CHECK_INVARIANT(task);
  if (fact.kind == TaskKind::refund) {
    return wait_in_line(rows, fact.id, task->attempts, fact.next_at.ms);
  }
  task->under_way = false;
  rows.save(key, *task);
  rows.set_timer(kTaskTimer, key, fact.next_at.ms);
}

void apply(Rows& rows, const GivenUp& fact) {
  end_task(rows, fact.kind, fact.id);
  add_attention(rows, AttentionKind::task, fact.organization_id, fact.id, fact.payment_id, fact.at);
}

}  // namespace bilten::payment
