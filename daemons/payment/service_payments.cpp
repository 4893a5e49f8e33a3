// Payments of an order, as they are asked for.
#include "common/api/payment.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

Result<api::ListOf<api::payment::PaymentView>> payments(const Reader& reader,
                                                        const api::payment::ListPayments& message) {
  const auto order = find_order(reader.rows, reader.person, message.order_id, message.secret);
  if (!order) return order.error();
  return api::ListOf<api::payment::PaymentView>{};
}

}  // namespace

Table payment_table() {
  return {
      query<api::payment::ListPayments>("payment.payments", payments),
  };
}

}  // namespace bilten::payment
