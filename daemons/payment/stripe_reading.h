// What Stripe's objects mean to us: pure, from its words to the port's.
#pragma once

#include <string_view>

#include "daemons/payment/provider.h"
#include "daemons/payment/stripe_objects.h"

namespace bilten::payment::stripe {

// Errors of the readings: unknown_amount, or malformed_object where an amount is missing.
// `intent_status` is the payment intent's, where it was looked up; empty: unknown.
Result<IntentView> view_of(const Session& session, std::string_view intent_status = {});
Result<RefundView> view_of(const Refund& refund);

// A genuine webhook's body as an event. `live` is whether our key is one for real money: events of
// the other kind are refused (wrong_mode), lest play money buys tickets. malformed_webhook: it is
// no event, or lacks what its type must have.
Result<WebhookEvent> read_event(std::string_view body, bool live);

}  // namespace bilten::payment::stripe
