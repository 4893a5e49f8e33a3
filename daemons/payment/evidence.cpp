#include "daemons/payment/evidence.h"

#include "daemons/payment/bounces.h"
#include "daemons/payment/evidence_text.h"
#include "daemons/payment/own_accounts.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/task_calls.h"
#include "daemons/payment/tasks.h"

namespace bilten::payment {

using api::payment::EvidenceDue;
using api::payment::EvidenceGathered;
using api::payment::EvidenceRefund;
using api::payment::EvidenceRefused;
using api::payment::EvidenceSubmitted;
using api::payment::EvidenceView;
using api::payment::EvidenceWanted;
using api::payment::GiveEvidence;
using api::payment::ReadEvidence;
using api::payment::SettleTask;
using api::payment::ToldEvidence;
using api::ticket::OrderEvidence;

namespace {

constexpr UnixMillis kLastDay = 24 * 3600 * 1000;

EvidenceRow find_evidence(const Rows& rows, const Id& payment_id) {
  return rows.find<EvidenceRow>(payment_id.view()).value_or(EvidenceRow{});
}

bool is_given(const EvidenceRow& evidence) {
  return evidence.state == EvidenceState::sending || evidence.state == EvidenceState::submitted;
}

Result<DisputeRow> find_dispute(const Rows& rows, const Id& payment_id) {
  auto dispute = rows.find<DisputeRow>(payment_id.view());
  if (dispute) return std::move(*dispute);
  return Error{Code::conflict, "not_disputed", "Nobody has disputed this payment."};
}

OrderEvidence::Answer kept_pack(const Vault& vault, const Id& payment_id) {
  const auto kept = vault.get(evidence_key(payment_id));
  if (!kept) return {};
  auto pack = decode<OrderEvidence::Answer>(*kept);
  CHECK_INVARIANT(pack);
  return std::move(*pack);
}

std::vector<EvidenceRefund> refunds_of(const Rows& rows, const Id& payment_id,
                                       const PaymentRow& payment) {
  std::vector<EvidenceRefund> refunds;
  for (const auto& each : returned_of(rows, payment_id)) {
    refunds.push_back({{each.amount, payment.received->currency}, each.at, each.reference});
  }
  return refunds;
}

EvidenceView view_of(const Rows& rows, const Vault& vault, const Id& payment_id,
                     const PaymentRow& payment, const DisputeRow& dispute,
                     const EvidenceRow& evidence) {
  EvidenceView view{.payment_id = payment_id, .order_id = payment.order_id};
  view.state = evidence.state;
  view.amount = dispute.amount;
  view.reference = dispute.reference;
  view.opened_at = dispute.opened_at;
  view.due_at = dispute.due_at;
  view.submitted_at = evidence.submitted_at;
  view.reason = evidence.reason;
  view.more = vault.get(evidence_more_key(payment_id)).value_or("");
  view.refunds = refunds_of(rows, payment_id, payment);
  auto pack = kept_pack(vault, payment_id);
  if (pack.code.empty()) return view;
  view.order_code = pack.code;
  view.event_title = pack.event_title;
  view.venue = pack.venue;
  view.timezone = pack.timezone;
  view.ordered_at = pack.ordered_at;
  view.starts_at = pack.starts_at;
  view.ends_at = pack.ends_at;
  view.tickets = std::move(pack.tickets);
  view.resends_asked_at = std::move(pack.resends_asked_at);
  return view;
}

void want_evidence(const Context& context, const Id& payment_id, const PaymentRow& payment,
                   Effects& effects) {
  auto wanted = about<EvidenceWanted>(payment_id, payment, context.now);
  if (context.person) wanted.person_id = context.person->person_id;
  effects.record(wanted);
  begin_task(TaskKind::evidence, payment_id, context.now, effects);
}

// What the sender knows before it asks anybody.
struct Plan {
  SettleTask message;
  PaymentRow payment;
  std::string account = {}, reference = {}, more = {}, key = {};
  std::vector<EvidenceRefund> refunds = {};
  bool is_wanted = false;
};

Status hand_over(const Providers& providers, const Ask& ask, const Plan& plan,
                 const OrderEvidence::Answer& order) {
  const auto provider = providers(plan.account, ask);
  if (!provider) return Error{Code::unavailable, missing_reason(plan.payment), plan.account};
  auto* disputes = provider->disputes();
  if (!disputes) return Error{Code::unsupported, "evidence_not_taken", plan.account};
  return disputes->give_evidence(plan.reference,
                                 evidence_of(order, plan.payment.amount, plan.refunds, plan.more),
                                 true, plan.key);
}

// A ticket service that is away, or does not let us ask, is asked again.
Result<OrderEvidence::Answer> ask_ticket(const Ask& ask, const Id& order_id) {
  const auto packed = ask(OrderEvidence::name, encode(OrderEvidence{order_id}));
  if (packed) return decode<OrderEvidence::Answer>(*packed);
  if (packed.error().code == Code::not_found) return packed.error();
  return Error{Code::unavailable, "ticket_unreachable", packed.error().reason};
}

SettleTask gather(const Providers& providers, const Ask& ask, Plan plan) {
  auto order = ask_ticket(ask, plan.payment.order_id);
  if (order && plan.is_wanted) {
    const auto handed = hand_over(providers, ask, plan, *order);
    if (!handed) order = handed.error();
  }
  if (!order) {
    plan.message.failure = failure_of(order.error());
    return plan.message;
  }
  order->buyer_name.clear();
  order->buyer_email.clear();
  plan.message.evidence = ToldEvidence{{encode(*order)}, plan.is_wanted};
  return plan.message;
}

void change_evidence(Rows& rows, const Id& payment_id,
                     const std::function<void(EvidenceRow&)>& change) {
  auto evidence = find_evidence(rows, payment_id);
  change(evidence);
  rows.save(payment_id.view(), evidence);
}

}  // namespace

Result<EvidenceView> read_evidence(const Reader& reader, const ReadEvidence& message) {
  const auto& payment_id = message.payment_id;
  const auto payment = find_managed_payment(reader.rows, reader.person, payment_id);
  if (!payment) return payment.error();
  const auto dispute = find_dispute(reader.rows, payment_id);
  if (!dispute) return dispute.error();
  return view_of(reader.rows, reader.vault, payment_id, *payment, *dispute,
                 find_evidence(reader.rows, payment_id));
}

Decided<EvidenceView> decide_give_evidence(const Rows& rows, const Context& context,
                                           const GiveEvidence& message) {
  const auto& payment_id = message.payment_id;
  const auto payment = find_managed_payment(rows, context.person, payment_id);
  if (!payment) return payment.error();
  const auto dispute = find_dispute(rows, payment_id);
  if (!dispute) return dispute.error();
  auto evidence = find_evidence(rows, payment_id);
  if (dispute->state != DisputeState::open || is_given(evidence)) {
    return Error{Code::conflict, "evidence_submitted",
                 "The bank has the evidence or has decided; nothing can be added."};
  }
  Decision<EvidenceView> decision;
  if (message.more) decision.keep(evidence_more_key(payment_id), *message.more);
  if (message.submit) {
    want_evidence(context, payment_id, *payment, decision);
    evidence.state = EvidenceState::sending;
  }
  decision.answer = view_of(rows, context.vault, payment_id, *payment, *dispute, evidence);
  if (message.more) decision.answer.more = *message.more;
  return decision;
}

Effects decide_evidence_due(const Rows& rows, const Context& context, std::string_view key) {
  const auto payment_id = Id::from_bytes(key);
  CHECK_INVARIANT(payment_id);
  const auto payment = find_payment(rows, *payment_id);
  Effects effects;
  effects.record(about<EvidenceDue>(*payment_id, payment, context.now));
  if (!is_given(find_evidence(rows, *payment_id))) {
    want_evidence(context, *payment_id, payment, effects);
  }
  return effects;
}

void take_evidence(const Rows& rows, const Context& context, const Id& payment_id,
                   const ToldEvidence& told, Effects& effects) {
  if (!rows.has(TaskRow::table, task_key(TaskKind::evidence, payment_id))) return;
  const auto payment = find_payment(rows, payment_id);
  effects.keep(evidence_key(payment_id), told.pack.data);
  if (told.is_submitted) {
    effects.record(about<EvidenceSubmitted>(payment_id, payment, context.now));
  } else if (find_evidence(rows, payment_id).state == EvidenceState::gathering) {
    effects.record(about<EvidenceGathered>(payment_id, payment, context.now));
  }
}

void refuse_evidence(const Rows& rows, UnixMillis now, const Id& payment_id,
                     std::string_view reason, Effects& effects) {
  auto refused = about<EvidenceRefused>(payment_id, find_payment(rows, payment_id), now);
  refused.reason = reason;
  effects.record(refused);
}

std::function<std::optional<SettleTask>(const Ask&)> plan_evidence(const Providers& providers,
                                                                   const Reader& reader,
                                                                   const Id& payment_id) {
  const auto dispute = reader.rows.find<DisputeRow>(payment_id.view());
  CHECK_INVARIANT(dispute);
  const auto evidence = find_evidence(reader.rows, payment_id);
  Plan plan{.message = {.kind = TaskKind::evidence, .id = payment_id},
            .payment = find_payment(reader.rows, payment_id)};
  plan.account = account_name(plan.payment);
  plan.refunds = refunds_of(reader.rows, payment_id, plan.payment);
  plan.reference = dispute->reference;
  plan.more = reader.vault.get(evidence_more_key(payment_id)).value_or("");
  plan.key = provider_key("evidence", payment_id, evidence.round);
  plan.is_wanted = evidence.state == EvidenceState::sending;
  return [providers, plan](const Ask& ask) -> std::optional<SettleTask> {
    return gather(providers, ask, plan);
  };
}

void expect_evidence(Rows& rows, const Id& payment_id, const std::optional<Instant>& due_at) {
  rows.save(payment_id.view(), EvidenceRow{});
  if (due_at) rows.set_timer(kEvidenceTimer, payment_id.view(), due_at->ms - kLastDay);
}

void end_evidence(Rows& rows, const Id& payment_id) {
  end_task(rows, TaskKind::evidence, payment_id);
  rows.clear_timer(kEvidenceTimer, payment_id.view());
}

void apply(Rows& rows, const EvidenceGathered& fact) {
  change_evidence(rows, fact.payment_id,
                  [](EvidenceRow& row) { row.state = EvidenceState::gathered; });
  end_task(rows, TaskKind::evidence, fact.payment_id);
}

void apply(Rows& rows, const EvidenceWanted& fact) {
  change_evidence(rows, fact.payment_id, [](EvidenceRow& row) {
    CHECK_INVARIANT(!is_given(row));
    row.state = EvidenceState::sending;
    row.reason.clear();
    ++row.round;
  });
}

void apply(Rows& rows, const EvidenceSubmitted& fact) {
  change_evidence(rows, fact.payment_id, [&](EvidenceRow& row) {
    row.state = EvidenceState::submitted;
    row.submitted_at = fact.at;
  });
  end_evidence(rows, fact.payment_id);
}

void apply(Rows& rows, const EvidenceRefused& fact) {
  change_evidence(rows, fact.payment_id, [&](EvidenceRow& row) {
    row.state = EvidenceState::refused;
    row.reason = fact.reason;
  });
  end_task(rows, TaskKind::evidence, fact.payment_id);
}

void apply(Rows& rows, const EvidenceDue& fact) {
  rows.clear_timer(kEvidenceTimer, fact.payment_id.view());
}

}  // namespace bilten::payment
