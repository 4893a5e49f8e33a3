#include "daemons/payment/bounces.h"

#include <algorithm>

#include "daemons/payment/attention.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/event_refunds.h"
#include "daemons/payment/payments.h"

namespace bilten::payment {

using api::payment::RefundBounced;

namespace {

bool went_whole(const Rows& rows, const Returned& returned) {
  const auto refund = rows.find<RefundRow>(returned.refund_id.view());
  CHECK_INVARIANT(refund);
  return refund->state == RefundProgress::done && refund->reference == returned.reference &&
         refund->amount.amount == returned.amount;
}

// The refund goes on as one that failed.
void fail_whole(Rows& rows, const RefundBounced& fact, const PaymentRow& payment,
                RefundRow refund) {
  CHECK_INVARIANT(refund.state == RefundProgress::done);
  const auto before = refund;
  refund.state = RefundProgress::failed;
  refund.reason = fact.reason;
  rows.save(fact.refund_id.view(), refund);
  note_refund(rows, payment, before, refund);
}

void fail_part(Rows& rows, const RefundBounced& fact, const PaymentRow& payment,
               const RefundRow& whole) {
  RefundRow part{.payment_id = whole.payment_id, .asked_id = whole.asked_id};
  part.amount = {*fact.part, whole.amount.currency};
  part.state = RefundProgress::failed;
  part.reason = fact.reason;
  part.created_at = whole.created_at;
  part.reference = fact.reference;
  part.went_at = fact.at;
  rows.save(fact.part_id->view(), part);
  rows.save(key_of(fact.payment_id, *fact.part_id), RefundOfPayment{});
  note_bounced_part(rows, payment, part);
}

void lessen_loss(Rows& rows, const RefundBounced& fact) {
  auto dispute = rows.find<DisputeRow>(fact.payment_id.view());
  CHECK_INVARIANT(dispute && dispute->taken_again >= fact.settled);
  dispute->taken_again -= fact.settled;
  rows.save(fact.payment_id.view(), *dispute);
}

}  // namespace

std::vector<Returned> returned_of(const Rows& rows, const Id& payment_id) {
  std::vector<Returned> all;
  rows.scan<ReturnedRow>(payment_id.view(), {}, kRefundsOfPaymentMax,
                         [&](std::string_view key, const ReturnedRow& row) {
                           all.push_back({*Id::from_bytes(key.substr(16, 16)),
                                          std::string(key.substr(32)), row.amount, row.at});
                           return true;
                         });
  return all;
}

bool take_bounce(const Rows& rows, const Context& context, const Id& payment_id,
                 const PaymentRow& payment, const RefundNews& news, Effects& effects) {
  if (news.state != RefundState::failed) return false;
  const auto dispute = rows.find<DisputeRow>(payment_id.view());
  const auto taken_again = dispute ? dispute->taken_again : 0;
  Money sum{0, payment.received->currency}, settled = sum;
  for (const auto& returned : returned_of(rows, payment_id)) {
    if (returned.reference != news.reference) continue;
    RefundBounced bounced;
    bounced.organization_id = payment.organization_id;
    bounced.payment_id = payment_id;
    bounced.refund_id = returned.refund_id;
    bounced.at = {context.now};
    bounced.reason = news.failure;
    bounced.reference = news.reference;
    bounced.settled = std::min(returned.amount, taken_again - settled.amount);
    const auto due = returned.amount - bounced.settled;
    if (due > 0 && (bounced.settled > 0 || !went_whole(rows, returned))) {
      bounced.part = due;
      bounced.part_id = context.fresh_id();
    }
    effects.record(bounced);
    sum.amount += returned.amount;
    settled.amount += bounced.settled;
  }
  if (sum.amount == 0) return false;
  Books books(rows, {context.now}, effects);
  book_refund_bounced(books, rows, movement_of(payment_id, payment, sum, news.reference));
  settled.amount = -settled.amount;
  book_taken_again(books, rows, movement_of(payment_id, payment, settled, news.reference));
  return true;
}

void apply(Rows& rows, const RefundBounced& fact) {
  const auto refund = rows.find<RefundRow>(fact.refund_id.view());
  CHECK_INVARIANT(refund);
  const auto reference = fact.reference ? *fact.reference : refund->reference.value_or("");
  rows.erase<ReturnedRow>(returned_key(fact.payment_id, fact.refund_id, reference));
  if (fact.settled > 0) {
    lessen_loss(rows, fact);
    if (!fact.part) return;
  }
  auto payment = find_payment(rows, fact.payment_id);
  const auto amount = fact.part.value_or(refund->amount.amount);
  payment.refunded -= amount;
  payment.refunding += amount;
  CHECK_INVARIANT(payment.refunded >= 0);
  payment.state = payment.refunded == 0 ? PaymentState::captured : PaymentState::partially_refunded;
  rows.save(fact.payment_id.view(), payment);
  if (fact.part) {
    fail_part(rows, fact, payment, *refund);
  } else {
    fail_whole(rows, fact, payment, *refund);
  }
  add_attention(rows, AttentionKind::refund, fact.organization_id,
                fact.part_id.value_or(fact.refund_id), fact.payment_id, fact.at);
}

}  // namespace bilten::payment
