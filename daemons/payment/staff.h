// What a manager does about a payment by hand: judges money that was not what was asked for, tries
// again what failed, marks received what no provider tells of.
#pragma once

#include "common/api/payment_facts.h"
#include "common/api/payment_staff.h"
#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"

namespace bilten::payment {

// unknown_payment, role_missing, not_in_review, other_currency, partly_returned
Decided<api::payment::PaymentView> decide_release(const Rows& rows, const Context& context,
                                                  const api::payment::ReleasePayment& message);
// unknown_payment, role_missing, not_in_review
Decided<api::payment::PaymentView> decide_return(const Rows& rows, const Context& context,
                                                 const api::payment::ReturnPayment& message);
// unknown_payment, role_missing, nothing_to_retry
Decided<api::payment::PaymentView> decide_retry(const Rows& rows, const Context& context,
                                                const api::payment::RetryPayment& message);
// unknown_payment, role_missing, not_by_hand, already_received
Decided<api::payment::PaymentView> decide_receive(const Rows& rows, const Context& context,
                                                  const api::payment::ReceivePayment& message);
// unknown_payment, role_missing, nothing_to_give_back
Decided<api::payment::PaymentView> decide_give_back(const Rows& rows, const Context& context,
                                                    const api::payment::GiveBack& message);

// Whether staff may say that the payment's money is here. not_by_hand, already_received
Status check_by_hand(const PaymentRow& payment);
Error already_received();

void apply(Rows& rows, const api::payment::Reviewed& fact);

}  // namespace bilten::payment
