// Orders as the ticket service tells of them: whether they can be paid, and what they cost.
#pragma once

#include "common/api/ticket_exchange_facts.h"
#include "common/api/ticket_sale_facts.h"
#include "daemons/payment/rows.h"

namespace bilten::payment {

// Facts of orders that are not known here (free ones, older ones) are passed over.
void apply(Rows& rows, const api::ticket::Held& fact);
void apply(Rows& rows, const api::ticket::OrderChanged& fact);
void apply(Rows& rows, const api::ticket::HoldExtended& fact);
void apply(Rows& rows, const api::ticket::Expired& fact);
void apply(Rows& rows, const api::ticket::Cancelled& fact);
void apply(Rows& rows, const api::ticket::Sold& fact);
// What paid the difference pays the exchanged ticket's order, too.
void apply(Rows& rows, const api::ticket::Exchanged& fact);

}  // namespace bilten::payment
