#include "daemons/payment/event_refunds.h"

#include "daemons/payment/payments.h"
#include "daemons/payment/rights.h"

namespace bilten::payment {

using api::payment::EventRefundMoney;
using api::payment::EventRefundSums;
using api::payment::RefundSum;

namespace {

constexpr size_t kCurrenciesMax = 100;

RefundSum& sum_of(EventRefundSums& sums, const PaymentRow& payment, RefundProgress state) {
  switch (state) {
    case RefundProgress::wanted:
      return payment.method == Method::card ? sums.waiting : sums.by_hand;
    case RefundProgress::done: return sums.returned;
    case RefundProgress::failed: break;
  }
  return sums.failed;
}

void add(RefundSum& sum, int64_t refunds, int64_t amount) {
  sum.refunds += refunds;
  sum.amount += amount;
  CHECK_INVARIANT(sum.refunds >= 0 && sum.amount >= 0);
}

// Of the event whose order it paid.
void change_sums(Rows& rows, const PaymentRow& payment, std::string_view currency,
                 const std::function<void(EventRefundSums&)>& change) {
  const auto order = rows.find<OrderRow>(payment.order_id.view());
  CHECK_INVARIANT(order);
  const auto key = std::string(RowKey(order->event_id).text(currency));
  auto row = rows.find<EventRefundsRow>(key).value_or(EventRefundsRow{});
  change(row.sums);
  rows.save(key, row);
}

}  // namespace

void note_refund(Rows& rows, const PaymentRow& payment, const std::optional<RefundRow>& before,
                 const RefundRow& refund) {
  change_sums(rows, payment, refund.amount.currency, [&](EventRefundSums& sums) {
    if (before) {
      add(sum_of(sums, payment, before->state), -1, -before->amount.amount);
      const auto went = before->amount.amount - refund.amount.amount;  // A part of it, by hand.
      add(sums.returned, 0, went);
    }
    add(sum_of(sums, payment, refund.state), 1, refund.amount.amount);
  });
}

void note_bounced_part(Rows& rows, const PaymentRow& payment, const RefundRow& part) {
  change_sums(rows, payment, part.amount.currency, [&](EventRefundSums& sums) {
    add(sums.returned, 0, -part.amount.amount);
    add(sums.failed, 1, part.amount.amount);
  });
}

Result<api::ListOf<EventRefundMoney>> read_event_refunds(
    const Reader& reader, const api::payment::ReadEventRefunds& message) {
  const auto may = check_event_manager(reader.rows, *reader.person, message.event_id);
  if (!may) return may.error();
  api::ListOf<EventRefundMoney> list;
  reader.rows.scan<EventRefundsRow>(message.event_id.view(), {}, kCurrenciesMax,
                                    [&](std::string_view key, const EventRefundsRow& row) {
                                      EventRefundMoney money;
                                      static_cast<EventRefundSums&>(money) = row.sums;
                                      money.currency = key.substr(16);
                                      list.items.push_back(std::move(money));
                                      return true;
                                    });
  return list;
}

}  // namespace bilten::payment
