#include "daemons/payment/foreign_refunds.h"

#include <algorithm>

#include "daemons/payment/bookings.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/refunds.h"

namespace bilten::payment {

using api::payment::RefundDone;
using api::payment::RefundWanted;

namespace {

class ForeignRefund {
 public:
  ForeignRefund(const Rows& rows, const Context& context, const Id& payment_id,
                const PaymentRow& payment, std::string reference, Effects& effects)
      : rows_(rows),
        context_(context),
        payment_id_(payment_id),
        payment_(payment),
        reference_(std::move(reference)),
        effects_(effects),
        books_(rows, {context.now}, effects) {
    rows.scan<RefundOfPayment>(payment_id.view(), {}, kRefundsOfPaymentMax,
                               [&](std::string_view key, const RefundOfPayment&) {
                                 const auto id = *Id::from_bytes(key.substr(16));
                                 const auto refund = rows.find<RefundRow>(id.view());
                                 CHECK_INVARIANT(refund);
                                 note(id, *refund);
                                 return true;
                               });
  }

  Status take(const Money& amount) {
    const auto free = payment_.received->amount - payment_.refunded - payment_.refunding;
    if (amount.amount > free + failed_ && is_under_way_) return too_early();
    auto rest = amount;
    for (const auto& [id, refund] : failures_) {
      if (rest.amount == 0) break;
      settle(id, refund, std::min(rest.amount, refund.amount.amount));
      rest.amount -= std::min(rest.amount, refund.amount.amount);
    }
    if (rest.amount > 0) record(rest);
    if (is_last_in_review(payment_, amount.amount)) book_return_due(books_, rows_, payment_id_);
    return Done{};
  }

 private:
  void note(const Id& id, const RefundRow& refund) {
    if (refund.state == RefundProgress::wanted) is_under_way_ = true;
    if (refund.state != RefundProgress::failed) return;
    failed_ += refund.amount.amount;
    failures_.emplace_back(id, refund);
  }

  RefundDone done(const Id& refund_id) const {
    auto fact = about<RefundDone>();
    fact.refund_id = refund_id;
    fact.reference = reference_;
    return fact;
  }
  template <class Fact>
  Fact about() const {
    Fact fact;
    fact.organization_id = payment_.organization_id;
    fact.payment_id = payment_id_;
    fact.at = {context_.now};
    return fact;
  }

  void settle(const Id& id, const RefundRow& refund, int64_t amount) {
    auto fact = done(id);
    if (amount < refund.amount.amount) fact.part = amount;
    effects_.record(fact);
    announce(told_as(id, refund), {amount, refund.amount.currency});
  }

  void record(const Money& amount) {
    auto wanted = about<RefundWanted>();
    wanted.order_id = payment_.order_id;
    wanted.refund_id = context_.fresh_id();
    wanted.amount = amount;
    effects_.record(wanted);
    effects_.record(done(wanted.refund_id));
    announce(std::nullopt, amount);
  }

  void announce(const std::optional<Id>& asked_id, const Money& amount) {
    announce_return(books_, rows_, context_.now, payment_id_, payment_,
                    {amount, asked_id, reference_}, effects_);
  }

  const Rows& rows_;
  const Context& context_;
  const Id& payment_id_;
  const PaymentRow& payment_;
  const std::string reference_;
  Effects& effects_;
  Books books_;
  std::vector<std::pair<Id, RefundRow>> failures_;
  int64_t failed_ = 0;
  bool is_under_way_ = false;
};

}  // namespace

Status take_foreign_refund(const Rows& rows, const Context& context, const Id& payment_id,
                           const PaymentRow& payment, const Money& amount,
                           const std::string& reference, Effects& effects) {
  const bool fits = amount.currency == payment.received->currency && amount.amount > 0;
  const bool is_known =
      rows.has(RefundReferenceRow::table, reference_key(account_name(payment), reference));
  if (!fits || is_known) return Done{};
  // More than is here, as far as we know: what went before has come back.
  if (amount.amount > payment.received->amount - payment.refunded) return too_early();
  return ForeignRefund(rows, context, payment_id, payment, reference, effects).take(amount);
}

Error too_early() {
  return {Code::conflict, "too_early",
          "It is about money that is not known here yet; tell it again later."};
}

}  // namespace bilten::payment
