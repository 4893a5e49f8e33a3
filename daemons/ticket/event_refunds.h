// The rules of giving back all orders of a cancelled event: a few at a time, by a timer, so that
// nothing else waits for it, and whatever ends the process it goes on where it stood.
#pragma once

#include "common/api/ticket_event_refunds.h"
#include "common/service/handlers.h"
#include "daemons/ticket/event_refund_rows.h"

namespace bilten::ticket {

// unknown_event, role_missing, unknown_date, not_cancelled, refund_running
Decided<api::ticket::EventRefundView> decide_refund_event(const Rows& rows, const Context& context,
                                                          const api::ticket::RefundEvent& message);
// The timer "event_refund": the next orders. Nothing is sold of what is cancelled, and what a
// payment pays by then goes back as ticket.paid_too_late: so one pass comes to all.
Effects decide_event_refund_due(const Rows& rows, const Context& context, std::string_view key);

// unknown_event, role_missing
Result<api::ListOf<api::ticket::EventRefundView>> list_event_refunds(
    const Reader& reader, const api::ticket::ListEventRefunds& message);

void apply(Rows& rows, const api::ticket::EventRefundStarted& fact);
void apply(Rows& rows, const api::ticket::EventRefundAdvanced& fact);
void apply(Rows& rows, const api::ticket::EventRefundEnded& fact);

}  // namespace bilten::ticket
