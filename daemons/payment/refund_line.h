// The lines of refunds before providers, one for each account there: so many a second are asked
// for, and few at once, so that a thousand of them leave room for payers. For tasks.cpp alone,
// which knows what a task is.
#pragma once

#include <vector>

#include "common/api/payment_flow_facts.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/refund_line_rows.h"

namespace bilten::payment {

// At most so many refunds are asked for by an account at once: half of the senders' threads, as
// they are by default.
inline constexpr int64_t kRefundsAtOnce = 4;

// The first that are due, at most `most`, and no more than may be asked for at once.
std::vector<Id> next_in_line(const Rows& rows, std::string_view account, UnixMillis now,
                             int64_t most);

// For evolve. A refund waits from that time on, is asked for until its lease ends, or is over; from
// whichever of these it was before.
void wait_in_line(Rows& rows, const Id& refund_id, int64_t attempts, UnixMillis at);
void leave_line_for_call(Rows& rows, const Id& refund_id, int64_t attempts, UnixMillis lease_ends);
void leave_line(Rows& rows, const Id& refund_id);

void apply(Rows& rows, const api::payment::RefundsPaced& fact);

}  // namespace bilten::payment
