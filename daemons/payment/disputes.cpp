#include "daemons/payment/disputes.h"

#include <algorithm>

#include "daemons/payment/attention.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/evidence.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/refunds.h"
#include "daemons/payment/tasks.h"

namespace bilten::payment {

using api::payment::DisputeClosed;
using api::payment::Disputed;

void take_dispute(const Rows& rows, UnixMillis now, const Id& payment_id, const PaymentRow& payment,
                  const WebhookEvent& event, Effects& effects) {
  if (!has_money(payment)) return;
  const auto known = rows.find<DisputeRow>(payment_id.view());
  if (known && known->state != DisputeState::open) return;
  // Never more than is there: banks dispute what was refunded meanwhile, too.
  Money amount{std::min(event.amount.amount, payment.received->amount - payment.refunded),
               payment.received->currency};
  if (known) amount = known->amount;
  if (amount.amount <= 0) return;
  Books books(rows, {now}, effects);
  if (!known) {
    auto opened = moved<Disputed>(payment_id, payment, amount, now);
    opened.reference = event.sub_reference;
    if (event.due_at) opened.due_at = Instant{*event.due_at};
    effects.record(opened);
    begin_task(TaskKind::evidence, payment_id, now, effects);
    book_dispute_opened(books, rows, movement_of(payment_id, payment, amount, event.sub_reference));
  }
  if (event.kind != WebhookEvent::Kind::dispute_closed) return;
  auto closed = moved<DisputeClosed>(payment_id, payment, amount, now);
  closed.won = event.won;
  effects.record(closed);
  book_dispute_closed(books, rows, movement_of(payment_id, payment, amount, event.sub_reference),
                      event.won);
  if (!event.won && is_last_in_review(payment, amount.amount)) {
    book_return_due(books, rows, payment_id);
  }
}

void apply(Rows& rows, const Disputed& fact) {
  rows.save(fact.payment_id.view(), DisputeRow{.amount = fact.amount,
                                               .reference = fact.reference,
                                               .opened_at = fact.at,
                                               .due_at = fact.due_at});
  auto payment = find_payment(rows, fact.payment_id);
  payment.is_disputed = true;
  rows.save(fact.payment_id.view(), payment);
  expect_evidence(rows, fact.payment_id, fact.due_at);
  add_attention(rows, AttentionKind::dispute, fact.organization_id, fact.payment_id,
                fact.payment_id, fact.at);
}

void apply(Rows& rows, const DisputeClosed& fact) {
  auto dispute = rows.find<DisputeRow>(fact.payment_id.view());
  CHECK_INVARIANT(dispute && dispute->state == DisputeState::open);
  dispute->state = fact.won ? DisputeState::won : DisputeState::lost;
  dispute->closed_at = fact.at;
  rows.save(fact.payment_id.view(), *dispute);
  auto payment = find_payment(rows, fact.payment_id);
  payment.is_disputed = false;
  if (!fact.won) {
    // What was to be refunded and is gone now is given up by the provider's refusal.
    payment.refunded += std::min(fact.amount.amount,
                                 payment.received->amount - payment.refunded - payment.refunding);
    note_return(rows, fact.payment_id, std::move(payment));
  } else {
    rows.save(fact.payment_id.view(), payment);
  }
  end_evidence(rows, fact.payment_id);
  end_attention(rows, AttentionKind::dispute, fact.organization_id, fact.payment_id);
}

}  // namespace bilten::payment
