// Payments of an order, as they are asked for, and what can be paid with.
#include "common/api/payment_methods.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

using namespace api::payment;
using api::ListOf;

Result<ListOf<PaymentView>> payments(const Reader& reader, const ListPayments& message,
                                     const Terms& terms) {
  const auto& order_id = message.order_id;
  const auto order =
      find_order(reader.rows, reader.person, order_id, message.secret, terms.mesh_key);
  if (!order) return order.error();
  ListOf<PaymentView> list;
  reader.rows.scan<PaymentOfOrder>(
      order_id.view(), {}, kPaymentsOfOrderMax, [&](std::string_view key, const PaymentOfOrder&) {
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

Result<ListOf<MethodView>> methods(const Reader& reader, const ListMethods& message,
                                   const Terms& terms) {
  const bool is_manager =
      reader.person && check_manager(reader.rows, *reader.person, message.organization_id);
  ListOf<MethodView> list;
  for (const auto method : {Method::card, Method::transfer, Method::onsite}) {
    const auto where = where_paid(method, message.organization_id, terms);
    if (!where) continue;
    list.items.push_back({method, where->provider});
    if (method == Method::card && is_manager) list.items.back().account = where->account;
  }
  return list;
}

Terms terms_of(const Config& config, const ServiceKeys& keys, const OwnAccounts& own) {
  Terms terms{config, keys.mail_index};
  for (const auto& [organization_id, provider] : own) terms.own_accounts.insert(organization_id);
  return terms;
}

}  // namespace

Table payment_table(const Config& config, const ServiceKeys& keys, const OwnAccounts& own) {
  const auto terms = terms_of(config, keys, own);
  return {
      command<OpenPayment>("payment.open", with(terms, decide_open_payment)),
      query<ListPayments>("payment.payments", with(terms, payments)),
      query<ReadPayment>("payment.payment", with(terms, payment)),
      query<ListMethods>("payment.methods", with(terms, methods)),
  };
}

}  // namespace bilten::payment
