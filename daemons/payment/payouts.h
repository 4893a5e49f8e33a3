// Paying organisers: what is due of their events, set aside when its time comes, and sent by hand.
// What an event owes lessens the payout, or waits for the next one.
#pragma once

#include "common/api/event.h"
#include "common/service/handlers.h"
#include "daemons/payment/owed.h"

namespace bilten::payment {

// Due when an event's money is; the key is the event's id.
inline constexpr std::string_view kPayoutTimer = "payment.payout";

// What would be paid now of each event that is due, the oldest first; none of 0.
std::vector<PayoutPart> due_parts(const Rows& rows, const Id& organization_id,
                                  const std::string& currency, UnixMillis now);

// What all that is due would sum to, however many events; negative: the organisation owes it.
int64_t due_amount(const Rows& rows, const Id& organization_id, const std::string& currency,
                   UnixMillis now);

Effects decide_payout_due(const Rows& rows, const Context& context, std::string_view event_id);
Decided<api::payment::PayoutView> decide_make_payout(const Rows& rows, const Context& context,
                                                     const api::payment::MakePayout& message);
Decided<api::payment::PayoutView> decide_send_payout(const Rows& rows, const Context& context,
                                                     const api::payment::SendPayout& message);
Decided<api::payment::PayoutView> decide_fail_payout(const Rows& rows, const Context& context,
                                                     const api::payment::FailPayout& message);
Decided<Nothing> decide_set_payout_terms(const Rows& rows, const Context& context,
                                         const api::payment::SetPayoutTerms& message);

api::payment::PayoutView payout_view(const Id& payout_id, const PayoutRow& row);

// When the event service says it ends.
void note_end(Rows& rows, const api::event::Moved& fact);

void apply(Rows& rows, const api::payment::PayoutTermsSet& fact);
void apply(Rows& rows, const api::payment::PayoutDue& fact);
void apply(Rows& rows, const api::payment::PayoutMade& fact);
void apply(Rows& rows, const api::payment::PayoutSent& fact);
void apply(Rows& rows, const api::payment::PayoutFailed& fact);

}  // namespace bilten::payment
