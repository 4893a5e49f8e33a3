// The rules of payments: asked for, offered by a provider, captured once.
#pragma once

#include <set>

#include "common/api/payment_facts.h"
#include "common/api/payment_payments.h"
#include "common/api/ticket_sale_facts.h"
#include "common/service/handlers.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/config.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/ledger.h"
#include "daemons/payment/provider.h"
#include "daemons/payment/rows.h"

namespace bilten::payment {

// What the rules need to know beyond rows: the settings, the key that order links are made by, and
// which organisations have an account of their own at the provider.
struct Terms {
  Config config;
  std::string mesh_key;
  std::set<Id> own_accounts = {};
};

// By which provider and in whose account the organisation takes money so. method_unavailable
struct Where {
  std::string provider;
  ProviderAccount account = ProviderAccount::platform;
};
Result<Where> where_paid(Method method, const Id& organization_id, const Terms& terms);

// unknown_order, already_paid, hold_expired, method_unavailable, invalid (return_url),
// too_many_payments, amount_too_large
Decided<api::payment::PaymentView> decide_open_payment(const Rows& rows, const Context& context,
                                                       const api::payment::OpenPayment& message,
                                                       const Terms& terms);

// What is new about a payment, by whichever way it was learned. Money that came is announced once;
// money that is not what was asked for is held for review.
struct IntentNews {
  IntentState state = IntentState::pending;
  Money amount;
  std::string money_reference = {};  // Empty: not said.
};
void take_news(const Rows& rows, const Context& context, const Id& payment_id,
               const PaymentRow& payment, const IntentNews& news, Effects& effects);
// So much money is here, of a payment that had none: announced and booked. `books`: of this
// decision.
void take_money(const Rows& rows, const Context& context, const Id& payment_id,
                const PaymentRow& payment, const Money& received, Books& books, Effects& effects);

// What the ticket service tells: what can no longer be paid is ended at the provider.
Effects decide_order_over(const Rows& rows, const Context& context,
                          const api::ticket::Expired& fact);
Effects decide_order_cancelled(const Rows& rows, const Context& context,
                               const api::ticket::Cancelled& fact);
// An order that was free from the start is not known here, and nothing of it is kept.
bool is_order_known(const Rows& rows, const api::ticket::Sold& fact);
Effects decide_order_sold(const Rows& rows, const Context& context, const api::ticket::Sold& fact);
Effects decide_order_changed(const Rows& rows, const Context& context,
                             const api::ticket::OrderChanged& fact);

// It may yet be paid, or nobody knows better.
bool is_open(const PaymentRow& payment);
// Money is here, or was.
bool has_money(const PaymentRow& payment);
// Of money that is held for review nothing is left once so much more of it went back.
bool is_last_in_review(const PaymentRow& payment, int64_t amount);
api::payment::PaymentView view_of_payment(const Vault& vault, const Rows& rows,
                                          const Id& payment_id, const PaymentRow& payment);
PaymentRow find_payment(const Rows& rows, const Id& payment_id);  // That must be there.
// All payments of an order, the newest first; answers how many.
size_t for_each_payment(
    const Rows& rows, const Id& order_id,
    const std::function<void(const Id& payment_id, const PaymentRow& payment)>& use);

// Its money as it moves by the account that it was opened in.
Movement movement_of(const Id& payment_id, const PaymentRow& payment, const Money& amount,
                     std::string_view reference);

// A fact of money about this payment.
template <class Fact>
Fact moved(const Id& payment_id, const PaymentRow& payment, const Money& amount, UnixMillis now) {
  Fact fact;
  fact.organization_id = payment.organization_id;
  fact.order_id = payment.order_id;
  fact.payment_id = payment_id;
  fact.amount = amount;
  fact.at = {now};
  return fact;
}
// The same of facts without an amount.
template <class Fact>
Fact about(const Id& payment_id, const PaymentRow& payment, UnixMillis now) {
  Fact fact;
  fact.organization_id = payment.organization_id;
  fact.order_id = payment.order_id;
  fact.payment_id = payment_id;
  fact.at = {now};
  return fact;
}

void apply(Rows& rows, const api::payment::Wanted& fact);
void apply(Rows& rows, const api::payment::Offered& fact);
void apply(Rows& rows, const api::payment::MoneyNamed& fact);
void apply(Rows& rows, const api::payment::ActionWanted& fact);
void apply(Rows& rows, const api::payment::CancelWanted& fact);
void apply(Rows& rows, const api::payment::Captured& fact);
void apply(Rows& rows, const api::payment::HeldForReview& fact);
void apply(Rows& rows, const api::payment::Failed& fact);

}  // namespace bilten::payment
