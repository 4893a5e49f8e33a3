// Money that somebody gave back by hand at the provider: nobody asked for it here.
#pragma once

#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"

namespace bilten::payment {

// It settles what the provider refused to give back before, as far as it goes; the rest of it is a
// refund of its own. What is known already changes nothing. too_early: while refunds are under way,
// it is not known yet which of them will not go any more; and of more than is here something that
// had gone must have come back.
Status take_foreign_refund(const Rows& rows, const Context& context, const Id& payment_id,
                           const PaymentRow& payment, const Money& amount,
                           const std::string& reference, Effects& effects);

// What a provider tells of money that is not known here yet.
Error too_early();

}  // namespace bilten::payment
