// The rules of money that goes back: for tickets given back, for what came too late or wrong.
#pragma once

#include "common/api/payment_facts.h"
#include "common/api/ticket_exchange_facts.h"
#include "common/api/ticket_refund_facts.h"
#include "common/service/handlers.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/provider.h"

namespace bilten::payment {

// What the ticket service tells. Orders that were not paid here are passed over; of one that
// several payments paid, the money goes back by the newest first.
Effects decide_ticket_refunded(const Rows& rows, const Context& context,
                               const api::ticket::Refunded& fact);
Effects decide_ticket_exchanged(const Rows& rows, const Context& context,
                                const api::ticket::Exchanged& fact);
Effects decide_paid_too_late(const Rows& rows, const Context& context,
                             const api::ticket::PaidTooLate& fact);

// Wants so much of a payment back, as far as it is still there.
void want_refund(const Context& context, const Id& payment_id, const PaymentRow& payment,
                 int64_t amount, const std::optional<Id>& asked_id, Effects& effects);

// What is new about a refund that did not go yet, by whichever way it was learned; of one that went
// and came back: bounces.h.
struct RefundNews {
  RefundState state = RefundState::pending;
  std::string reference, failure;
};
void take_refund_news(const Rows& rows, UnixMillis now, const Id& refund_id, const RefundNews& news,
                      Effects& effects);
// Under which id everybody is told that it went: of ticket.refunded. One that came back was told
// before, and has an id now in any case, so that nobody takes it for another.
std::optional<Id> told_as(const Id& refund_id, const RefundRow& refund);
// Money that went back: everybody is told, and it is booked. `asked_id` is of ticket.refunded.
struct Return {
  Money amount;
  std::optional<Id> asked_id;
  std::string reference;
};
void announce_return(Books& books, const Rows& rows, UnixMillis now, const Id& payment_id,
                     const PaymentRow& payment, const Return& money, Effects& effects);

// For evolve: a payment of which something went back; saves it.
void note_return(Rows& rows, const Id& payment_id, PaymentRow payment);
// What the provider calls so has failed, and whatever says that it went is older. For evolve.
void note_failed_refund(Rows& rows, const std::string& account, const std::string& reference);

void apply(Rows& rows, const api::payment::RefundWanted& fact);
void apply(Rows& rows, const api::payment::RefundDone& fact);
void apply(Rows& rows, const api::payment::RefundFailed& fact);
void apply(Rows& rows, const api::payment::RefundRetried& fact);
void apply(Rows& rows, const api::payment::Refunded& fact);

}  // namespace bilten::payment
