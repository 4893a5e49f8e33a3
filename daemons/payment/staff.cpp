#include "daemons/payment/staff.h"

#include "daemons/payment/attention.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/refunds.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/tasks.h"

namespace bilten::payment {

using api::payment::Captured;
using api::payment::GiveBack;
using api::payment::PaymentView;
using api::payment::ReceivePayment;
using api::payment::RefundRetried;
using api::payment::ReleasePayment;
using api::payment::RetryPayment;
using api::payment::ReturnPayment;
using api::payment::Reviewed;

namespace {

Error not_in_review() {
  return {Code::conflict, "not_in_review", "This money is not, or no longer, held for review."};
}

Result<PaymentRow> find_in_review(const Rows& rows, const Person* person, const Id& payment_id) {
  auto payment = find_managed_payment(rows, person, payment_id);
  if (!payment) return payment.error();
  if (payment->state != PaymentState::held_for_review) return not_in_review();
  return payment;
}

Reviewed reviewed(const Context& context, const Id& payment_id, const PaymentRow& payment,
                  bool released) {
  auto fact = about<Reviewed>(payment_id, payment, context.now);
  fact.released = released;
  fact.person_id = context.person->person_id;
  return fact;
}

void for_each_refund(const Rows& rows, const Id& payment_id, RefundProgress state,
                     const std::function<void(const Id&, const RefundRow&)>& use) {
  rows.scan<RefundOfPayment>(payment_id.view(), {}, kRefundsOfPaymentMax,
                             [&](std::string_view key, const RefundOfPayment&) {
                               const auto id = *Id::from_bytes(key.substr(16));
                               const auto refund = rows.find<RefundRow>(id.view());
                               CHECK_INVARIANT(refund);
                               if (refund->state == state) use(id, *refund);
                               return true;
                             });
}

Decided<PaymentView> answered(const Rows& rows, const Context& context, const Id& payment_id,
                              const PaymentRow& payment, Decision<PaymentView> decision) {
  decision.answer = view_of_payment(context.vault, rows, payment_id, payment);
  return decision;
}

}  // namespace

Status check_by_hand(const PaymentRow& payment) {
  if (payment.method == Method::card) {
    return Error{Code::conflict, "not_by_hand", "The provider says when this money is here."};
  }
  if (has_money(payment)) return already_received();
  return Done{};
}

Error already_received() {
  return {Code::conflict, "already_received", "This money was marked as received before."};
}

Decided<PaymentView> decide_release(const Rows& rows, const Context& context,
                                    const ReleasePayment& message) {
  const auto& payment_id = message.payment_id;
  auto payment = find_in_review(rows, context.person, payment_id);
  if (!payment) return payment.error();
  if (payment->received->currency != payment->amount.currency) {
    return Error{Code::conflict, "other_currency",
                 "The money came in another currency than the order's; give it back."};
  }
  if (payment->refunded > 0) {
    return Error{Code::conflict, "partly_returned",
                 "Some of it was given back at the provider; give the rest back, too."};
  }
  Decision<PaymentView> decision;
  decision.record(reviewed(context, payment_id, *payment, true));
  decision.record(moved<Captured>(payment_id, *payment, payment->amount, context.now));
  Books books(rows, {context.now}, decision);
  book_release(books, rows,
               movement_of(payment_id, *payment, *payment->received, payment->reference));
  payment->state = PaymentState::captured;
  return answered(rows, context, payment_id, *payment, std::move(decision));
}

Decided<PaymentView> decide_return(const Rows& rows, const Context& context,
                                   const ReturnPayment& message) {
  const auto& payment_id = message.payment_id;
  auto payment = find_in_review(rows, context.person, payment_id);
  if (!payment) return payment.error();
  Decision<PaymentView> decision;
  decision.record(reviewed(context, payment_id, *payment, false));
  Books books(rows, {context.now}, decision);
  book_return_due(books, rows, payment_id);
  const auto left = payment->received->amount - payment->refunded;
  if (left > 0) want_refund(context, payment_id, *payment, left, std::nullopt, decision);
  payment->state = PaymentState::captured;
  return answered(rows, context, payment_id, *payment, std::move(decision));
}

Decided<PaymentView> decide_retry(const Rows& rows, const Context& context,
                                  const RetryPayment& message) {
  const auto& payment_id = message.payment_id;
  const auto payment = find_managed_payment(rows, context.person, payment_id);
  if (!payment) return payment.error();
  Decision<PaymentView> decision;
  const bool is_by_hand = payment->method != Method::card;
  for_each_refund(rows, payment_id, RefundProgress::failed, [&](const Id& id, const RefundRow&) {
    if (is_by_hand) return;
    RefundRetried fact;
    fact.organization_id = payment->organization_id;
    fact.payment_id = payment_id;
    fact.refund_id = id;
    fact.at = {context.now};
    decision.record(fact);
  });
  const bool was_given_up = payment->state == PaymentState::closing &&
                            !payment->reference.empty() &&
                            !rows.has(TaskRow::table, task_key(TaskKind::cancel, payment_id));
  if (was_given_up) begin_task(TaskKind::cancel, payment_id, context.now, decision);
  if (decision.facts.empty()) {
    return Error{Code::conflict, "nothing_to_retry", "Nothing of this payment has failed."};
  }
  return answered(rows, context, payment_id, *payment, std::move(decision));
}

Decided<PaymentView> decide_receive(const Rows& rows, const Context& context,
                                    const ReceivePayment& message) {
  const auto& payment_id = message.payment_id;
  auto payment = find_managed_payment(rows, context.person, payment_id);
  if (!payment) return payment.error();
  if (const auto fit = check_by_hand(*payment); !fit) return fit.error();
  Decision<PaymentView> decision;
  take_news(rows, context, payment_id, *payment, {IntentState::captured, message.amount}, decision);
  const bool is_right = message.amount == payment->amount;
  payment->state = is_right ? PaymentState::captured : PaymentState::held_for_review;
  return answered(rows, context, payment_id, *payment, std::move(decision));
}

Decided<PaymentView> decide_give_back(const Rows& rows, const Context& context,
                                      const GiveBack& message) {
  const auto& payment_id = message.payment_id;
  const auto payment = find_managed_payment(rows, context.person, payment_id);
  if (!payment) return payment.error();
  Decision<PaymentView> decision;
  if (payment->method != Method::card) {
    const auto refund = rows.find<RefundRow>(message.refund_id.view());
    if (refund && refund->payment_id == payment_id) {
      take_refund_news(rows, context.now, message.refund_id, {RefundState::succeeded, {}, {}},
                       decision);
    }
  }
  if (decision.facts.empty()) {
    return Error{Code::conflict, "nothing_to_give_back",
                 "No refund of that id waits to be given back by hand."};
  }
  return answered(rows, context, payment_id, *payment, std::move(decision));
}

void apply(Rows& rows, const Reviewed& fact) {
  if (fact.released) return;  // payment.captured beside it says the rest.
  auto payment = find_payment(rows, fact.payment_id);
  payment.state = PaymentState::captured;
  rows.save(fact.payment_id.view(), payment);
  end_attention(rows, AttentionKind::review, fact.organization_id, fact.payment_id);
}

}  // namespace bilten::payment
