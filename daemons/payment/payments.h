// The rules of payments: asked for, opened at a provider, captured once.
#pragma once

#include "common/api/payment_money_facts.h"
#include "daemons/payment/rows.h"

namespace bilten::payment {

void apply(Rows& rows, const api::payment::Captured& fact);
void apply(Rows& rows, const api::payment::Failed& fact);
void apply(Rows& rows, const api::payment::Refunded& fact);
void apply(Rows& rows, const api::payment::Disputed& fact);
void apply(Rows& rows, const api::payment::DisputeClosed& fact);

}  // namespace bilten::payment
