#include "daemons/payment/desk_sales.h"

#include "daemons/payment/bookings.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/order_prices.h"
#include "daemons/payment/rows.h"

namespace bilten::payment {

using api::ticket::BoxOfficeIssued;

namespace {

// With the organiser (ledger_rows.h), so that no payout is made of it.
const std::string kDeskAccount = std::string(word(Method::onsite)) + std::string(kOwnSuffix);

Movement movement(const OrderRow& order, const Id& order_id, const Money& amount) {
  return {order_id, {}, order.organization_id, amount, kDeskAccount, {}};
}

}  // namespace

bool is_money_taken(const Rows&, const BoxOfficeIssued& fact) {
  return fact.paid_by != api::ticket::PaidBy::none;
}

Effects decide_desk_sale(const Rows& rows, const Context& context, const BoxOfficeIssued& fact) {
  Effects effects;
  if (!rows.has(DeskSaleRow::table, fact.order_id.view())) return effects;
  const auto order = rows.find<OrderRow>(fact.order_id.view());
  CHECK_INVARIANT(order);
  Books books(rows, {context.now}, effects);
  book_desk_sale(books, rows, movement(*order, fact.order_id, order->total));
  return effects;
}

void book_desk_refund(Books& books, const Rows& rows, const Id& order_id, const Money& amount) {
  if (!rows.has(DeskSaleRow::table, order_id.view())) return;
  const auto order = rows.find<OrderRow>(order_id.view());
  CHECK_INVARIANT(order);
  book_refund_sent(books, rows, movement(*order, order_id, amount));
}

void note_unpaid_sale(Rows& rows, const api::ticket::Sold& fact) {
  rows.save("", UnpaidSaleRow{.organization_id = fact.organization_id,
                              .event_id = fact.event_id,
                              .order_id = fact.order_id,
                              .code = fact.code,
                              .person_id = fact.person_id,
                              .lines = fact.lines,
                              .total = fact.total,
                              .at = fact.at});
}

void apply(Rows& rows, const BoxOfficeIssued& fact) {
  const auto sale = rows.find<UnpaidSaleRow>("");
  // A journal of an older release passed the order over.
  if (!sale || sale->order_id != fact.order_id) return;
  if (sale->total.amount > api::payment::kPaymentMax) return;  // No till holds it.
  const auto key = fact.order_id.view();
  rows.save(key, OrderRow{.organization_id = sale->organization_id,
                          .event_id = sale->event_id,
                          .code = sale->code,
                          .person_id = sale->person_id,
                          .total = sale->total,
                          .state = OrderState::sold,
                          .expires_at = sale->at});
  note_price(rows, NewOrder{sale->organization_id, sale->event_id, fact.order_id,
                            sale->total.currency, sale->lines});
  rows.save(key, DeskSaleRow{});
  rows.erase<UnpaidSaleRow>("");
}

}  // namespace bilten::payment
