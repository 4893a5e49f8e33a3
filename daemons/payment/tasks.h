// What a provider is asked for: durable, one after the other, until it is known how it ended. A
// task is a row with a timer; each attempt is a fact, then a call by a sender after the commit,
// then the command payment.settle. A crash between two of them repeats a step and loses none: the
// provider knows repetitions by their key.
#pragma once

#include "common/api/payment_flow_facts.h"
#include "common/api/payment_payments.h"
#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"

namespace bilten::payment {

inline constexpr std::string_view kTaskSender = "payment.task";  // task_calls.h

// How often a provider is asked before staff is told: an hour of an intent, days of the rest.
int64_t attempts_max(TaskKind kind);

// The first attempt of a task that the facts of this decision make; a refund waits in line for its
// own instead, by RefundWanted (refund_line.h).
void begin_task(TaskKind kind, const Id& id, UnixMillis now, Effects& effects);
// The timer "payment.task": asks again, or gives up.
Effects decide_task_due(const Rows& rows, const Context& context, std::string_view key);
// The timer "payment.refund_line": asks for the next refunds in an account's line.
Effects decide_refunds_due(const Rows& rows, const Context& context, std::string_view account,
                           int64_t refunds_per_s);
// At the start of the process: whoever made the attempts that are under way is gone, and will not
// tell how they ended. They are repeated now.
Effects decide_start(const Rows& rows, const Context& context);
Decided<Nothing> decide_settle(const Rows& rows, const Context& context,
                               const api::payment::SettleTask& message);

// For evolve: a task from that time on, and its end. Ending one that is not there is fine.
void set_task(Rows& rows, TaskKind kind, const Id& id, UnixMillis at);
void end_task(Rows& rows, TaskKind kind, const Id& id);

void apply(Rows& rows, const api::payment::Attempted& fact);
void apply(Rows& rows, const api::payment::Postponed& fact);
void apply(Rows& rows, const api::payment::GivenUp& fact);

}  // namespace bilten::payment
