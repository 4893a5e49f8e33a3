// Money that had gone back and comes here again, for its bank did not take it.
#pragma once

#include "common/api/payment_facts.h"
#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/refunds.h"

namespace bilten::payment {

// What of a payment went back and stayed there, by each of its refunds and the reference it went
// under; empty: staff handed it back.
struct Returned {
  Id refund_id;
  std::string reference;
  int64_t amount = 0;  // Minor units.
  Instant at;
};
std::vector<Returned> returned_of(const Rows& rows, const Id& payment_id);

// A provider says that what went under a reference has failed: it is due again, each of it by the
// refund that it was of, and staff is told. What had gone whole is that refund again, a part is a
// refund of its own from here on. As much of it as a lost dispute took a second time the buyer has
// all the same: that is not due, and no loss any more. False: nothing went under it, or it came
// again before.
bool take_bounce(const Rows& rows, const Context& context, const Id& payment_id,
                 const PaymentRow& payment, const RefundNews& news, Effects& effects);

void apply(Rows& rows, const api::payment::RefundBounced& fact);

}  // namespace bilten::payment
