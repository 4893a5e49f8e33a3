#include "daemons/payment/refunds.h"

#include <algorithm>

#include "daemons/payment/attention.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/desk_sales.h"
#include "daemons/payment/event_refunds.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/tasks.h"

namespace bilten::payment {

using api::payment::RefundDone;
using api::payment::Refunded;
using api::payment::RefundFailed;
using api::payment::RefundRetried;
using api::payment::RefundWanted;

namespace {

// What of a payment is neither back nor on its way.
int64_t left_of(const PaymentRow& payment) {
  if (!payment.received || payment.state == PaymentState::held_for_review) return 0;
  return payment.received->amount - payment.refunded - payment.refunding;
}

// Gives so much of an order's money back, by its payments from the newest on.
void return_to_buyer(const Rows& rows, const Context& context, const Id& order_id,
                     const Money& amount, const std::optional<Id>& asked_id, Effects& effects) {
  std::vector<Id> payments;
  rows.scan<PaidBy>(order_id.view(), {}, kPaymentsOfOrderMax,
                    [&](std::string_view key, const PaidBy&) {
                      payments.push_back(*Id::from_bytes(key.substr(16)));
                      return true;
                    });
  auto rest = amount.amount;
  for (auto id = payments.rbegin(); id != payments.rend() && rest > 0; ++id) {
    const auto payment = rows.find<PaymentRow>(id->view());
    if (!payment || payment->amount.currency != amount.currency) continue;
    const auto part = std::min(rest, left_of(*payment));
    if (part <= 0) continue;
    want_refund(context, *id, *payment, part, asked_id, effects);
    rest -= part;
  }
}

template <class Fact>
Fact of_refund(const Id& refund_id, const RefundRow& refund, const PaymentRow& payment,
               UnixMillis now) {
  Fact fact;
  fact.organization_id = payment.organization_id;
  fact.payment_id = refund.payment_id;
  fact.refund_id = refund_id;
  fact.at = {now};
  return fact;
}

void change_refund(Rows& rows, const Id& refund_id, const std::function<void(RefundRow&)>& change) {
  auto refund = rows.find<RefundRow>(refund_id.view());
  CHECK_INVARIANT(refund);
  const auto before = *refund;
  change(*refund);
  rows.save(refund_id.view(), *refund);
  note_refund(rows, find_payment(rows, refund->payment_id), before, *refund);
}

bool has_failed(const Rows& rows, const PaymentRow& payment, const std::string& reference) {
  const auto known = rows.find<RefundReferenceRow>(reference_key(account_name(payment), reference));
  return known && known->has_failed;
}

}  // namespace

std::optional<Id> told_as(const Id& refund_id, const RefundRow& refund) {
  return refund.went_at ? refund.asked_id.value_or(refund_id) : refund.asked_id;
}

void announce_return(Books& books, const Rows& rows, UnixMillis now, const Id& payment_id,
                     const PaymentRow& payment, const Return& money, Effects& effects) {
  auto refunded = moved<Refunded>(payment_id, payment, money.amount, now);
  refunded.refund_id = money.asked_id;
  effects.record(refunded);
  book_refund_sent(books, rows, movement_of(payment_id, payment, money.amount, money.reference));
}

Effects decide_ticket_refunded(const Rows& rows, const Context& context,
                               const api::ticket::Refunded& fact) {
  Effects effects;
  Books books(rows, {context.now}, effects);
  book_refund_due(books, rows, fact);
  book_desk_refund(books, rows, fact.order_id, fact.amount);
  if (fact.returned) return effects;
  return_to_buyer(rows, context, fact.order_id, fact.amount, fact.refund_id, effects);
  return effects;
}

Effects decide_ticket_exchanged(const Rows& rows, const Context& context,
                                const api::ticket::Exchanged& fact) {
  Effects effects;
  Books books(rows, {context.now}, effects);
  book_refund_due(books, rows, fact);
  book_desk_refund(books, rows, fact.order_id, fact.amount);
  return_to_buyer(rows, context, fact.order_id, fact.amount, fact.ticket_id, effects);
  return effects;
}

Effects decide_paid_too_late(const Rows& rows, const Context& context,
                             const api::ticket::PaidTooLate& fact) {
  Effects effects;
  const auto payment = rows.find<PaymentRow>(fact.payment_id.view());
  if (!payment) return effects;
  Books books(rows, {context.now}, effects);
  book_return_due(books, rows, fact.payment_id);
  if (const auto left = left_of(*payment); left > 0) {
    want_refund(context, fact.payment_id, *payment, left, std::nullopt, effects);
  }
  return effects;
}

void want_refund(const Context& context, const Id& payment_id, const PaymentRow& payment,
                 int64_t amount, const std::optional<Id>& asked_id, Effects& effects) {
  auto fact = about<RefundWanted>(payment_id, payment, context.now);
  fact.refund_id = context.fresh_id();
  fact.asked_id = asked_id;
  fact.amount = {amount, payment.received->currency};
  effects.record(fact);
}

void take_refund_news(const Rows& rows, UnixMillis now, const Id& refund_id, const RefundNews& news,
                      Effects& effects) {
  const auto refund = rows.find<RefundRow>(refund_id.view());
  if (!refund || refund->state == RefundProgress::done) return;
  const auto payment = find_payment(rows, refund->payment_id);
  if (has_failed(rows, payment, news.reference)) return;
  if (news.state == RefundState::succeeded) {
    auto done = of_refund<RefundDone>(refund_id, *refund, payment, now);
    done.reference = news.reference;
    effects.record(done);
    Books books(rows, {now}, effects);
    announce_return(books, rows, now, refund->payment_id, payment,
                    {refund->amount, told_as(refund_id, *refund), news.reference}, effects);
  } else if (news.state == RefundState::failed && refund->state == RefundProgress::wanted) {
    auto failed = of_refund<RefundFailed>(refund_id, *refund, payment, now);
    failed.reason = news.failure;
    if (!news.reference.empty()) failed.reference = news.reference;
    effects.record(failed);
  }
}

void apply(Rows& rows, const RefundWanted& fact) {
  RefundRow refund{.payment_id = fact.payment_id, .asked_id = fact.asked_id};
  refund.amount = fact.amount;
  refund.created_at = fact.at;
  rows.save(fact.refund_id.view(), refund);
  rows.save(key_of(fact.payment_id, fact.refund_id), RefundOfPayment{});
  auto payment = find_payment(rows, fact.payment_id);
  payment.refunding += fact.amount.amount;
  CHECK_INVARIANT(payment.received &&
                  payment.refunded + payment.refunding <= payment.received->amount);
  rows.save(fact.payment_id.view(), payment);
  note_refund(rows, payment, std::nullopt, refund);
  if (payment.method == Method::card) {
    set_task(rows, TaskKind::refund, fact.refund_id, fact.at.ms);
  } else {  // Staff gives it back.
    add_attention(rows, AttentionKind::refund, fact.organization_id, fact.refund_id,
                  fact.payment_id, fact.at);
  }
}

void apply(Rows& rows, const RefundDone& fact) {
  bool is_over = true;
  change_refund(rows, fact.refund_id, [&](RefundRow& refund) {
    CHECK_INVARIANT(refund.state != RefundProgress::done);
    const auto went = fact.part.value_or(refund.amount.amount);
    is_over = went == refund.amount.amount;
    if (is_over) {
      refund.state = RefundProgress::done;
      if (!fact.reference.empty()) refund.reference = fact.reference;
      if (!refund.went_at) refund.went_at = fact.at;
    } else {
      refund.amount.amount -= went;
      CHECK_INVARIANT(refund.amount.amount > 0);
    }
    auto payment = find_payment(rows, refund.payment_id);
    payment.refunding -= went;
    CHECK_INVARIANT(payment.refunding >= 0);
    rows.save(refund.payment_id.view(), payment);
    rows.save(returned_key(refund.payment_id, fact.refund_id, fact.reference),
              ReturnedRow{went, fact.at});
    if (fact.reference.empty()) return;
    rows.save(reference_key(account_name(payment), fact.reference), RefundReferenceRow{});
  });
  if (!is_over) return;
  end_task(rows, TaskKind::refund, fact.refund_id);
  end_attention(rows, AttentionKind::refund, fact.organization_id, fact.refund_id);
}

void note_failed_refund(Rows& rows, const std::string& account, const std::string& reference) {
  rows.save(reference_key(account, reference), RefundReferenceRow{.has_failed = true});
}

void apply(Rows& rows, const RefundFailed& fact) {
  change_refund(rows, fact.refund_id, [&](RefundRow& refund) {
    refund.state = RefundProgress::failed;
    refund.reason = fact.reason;
    if (fact.reference) refund.reference = fact.reference;
  });
  if (fact.reference) {
    note_failed_refund(rows, account_name(find_payment(rows, fact.payment_id)), *fact.reference);
  }
  end_task(rows, TaskKind::refund, fact.refund_id);
  add_attention(rows, AttentionKind::refund, fact.organization_id, fact.refund_id, fact.payment_id,
                fact.at);
}

void apply(Rows& rows, const RefundRetried& fact) {
  change_refund(rows, fact.refund_id, [](RefundRow& refund) {
    refund.state = RefundProgress::wanted;
    refund.round += 1;
  });
  set_task(rows, TaskKind::refund, fact.refund_id, fact.at.ms);
  end_attention(rows, AttentionKind::refund, fact.organization_id, fact.refund_id);
}

void apply(Rows& rows, const Refunded& fact) {
  auto payment = find_payment(rows, fact.payment_id);
  payment.refunded += fact.amount.amount;
  CHECK_INVARIANT(payment.received &&
                  payment.refunded + payment.refunding <= payment.received->amount);
  note_return(rows, fact.payment_id, payment);
}

void note_return(Rows& rows, const Id& payment_id, PaymentRow payment) {
  const bool in_review = payment.state == PaymentState::held_for_review;
  if (payment.refunded == payment.received->amount) {
    payment.state = PaymentState::refunded;
    if (in_review) {  // There is nothing left to judge.
      end_attention(rows, AttentionKind::review, payment.organization_id, payment_id);
    }
  } else if (!in_review) {
    payment.state = PaymentState::partially_refunded;
  }
  rows.save(payment_id.view(), payment);
}

}  // namespace bilten::payment
