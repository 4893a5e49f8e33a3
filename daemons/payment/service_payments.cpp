// Payments of an order, as they are asked for.
#include "daemons/payment/payments.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

using namespace api::payment;
using api::ListOf;

constexpr size_t kPaymentsMax = 100;  // More than one order may have.

Result<ListOf<PaymentView>> payments(const Reader& reader, const ListPayments& message,
                                     const Terms& terms) {
  const auto& order_id = message.order_id;
  const auto order =
      find_order(reader.rows, reader.person, order_id, message.secret, terms.mesh_key);
  if (!order) return order.error();
  ListOf<PaymentView> list;
  reader.rows.scan<PaymentOfOrder>(
      order_id.view(), {}, kPaymentsMax, [&](std::string_view key, const PaymentOfOrder&) {
        const auto id = newest_first(*Id::from_bytes(key.substr(16)));
        list.items.push_back(
            view_of_payment(reader.vault, reader.rows, id, find_payment(reader.rows, id)));
        return true;
      });
  return list;
}

Result<PaymentView> payment(const Reader& reader, const ReadPayment& message, const Terms& terms) {
  const auto& id = message.payment_id;
  const auto found =
      find_payment_of(reader.rows, reader.person, id, message.secret, terms.mesh_key);
  if (!found) return found.error();
  return view_of_payment(reader.vault, reader.rows, id, *found);
}

}  // namespace

Table payment_table(const Config& config, const ServiceKeys& keys) {
  const Terms terms{config, keys.mail_index};
  return {
      command<OpenPayment>("payment.open", with(terms, decide_open_payment)),
      query<ListPayments>("payment.payments", with(terms, payments)),
      query<ReadPayment>("payment.payment", with(terms, payment)),
  };
}

}  // namespace bilten::payment
