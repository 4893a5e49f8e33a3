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

namespace {

// What a dispute of so much takes: of the order, what did not go back yet; all else a second time.
// Counted anew when it is decided, for money may go back meanwhile.
template <class Fact>
Fact at_stake(const Id& payment_id, const PaymentRow& payment, const Money& whole, UnixMillis now) {
  auto fact = moved<Fact>(payment_id, payment, whole, now);
  fact.amount.amount = std::min(whole.amount, payment.received->amount - payment.refunded);
  fact.taken_again = whole.amount - fact.amount.amount;
  return fact;
}

}  // namespace

void take_dispute(const Rows& rows, UnixMillis now, const Id& payment_id, const PaymentRow& payment,
                  const WebhookEvent& event, Effects& effects) {
  if (!has_money(payment)) return;
  const auto known = rows.find<DisputeRow>(payment_id.view());
  if (known && known->state != DisputeState::open) return;
  Money whole{std::min(event.amount.amount, payment.received->amount), payment.received->currency};
  if (known) whole = known->amount;
  if (whole.amount <= 0) return;
  const auto movement = movement_of(payment_id, payment, whole, event.sub_reference);
  Books books(rows, {now}, effects);
  if (!known) {
    auto opened = at_stake<Disputed>(payment_id, payment, whole, now);
    opened.reference = event.sub_reference;
    if (event.due_at) opened.due_at = Instant{*event.due_at};
    effects.record(opened);
    begin_task(TaskKind::evidence, payment_id, now, effects);
    book_dispute_opened(books, rows, movement);
  }
  if (event.kind != WebhookEvent::Kind::dispute_closed) return;
  auto closed = at_stake<DisputeClosed>(payment_id, payment, whole, now);
  closed.won = event.won;
  effects.record(closed);
  book_dispute_closed(books, rows, movement, event.won);
  if (event.won) return;
  book_taken_again(
      books, rows,
      movement_of(payment_id, payment, {closed.taken_again, whole.currency}, event.sub_reference));
  if (is_last_in_review(payment, closed.amount.amount)) book_return_due(books, rows, payment_id);
}

void apply(Rows& rows, const Disputed& fact) {
  const Money whole{fact.amount.amount + fact.taken_again, fact.amount.currency};
  rows.save(fact.payment_id.view(), DisputeRow{.amount = whole,
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
  if (!fact.won) dispute->taken_again = fact.taken_again;
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
