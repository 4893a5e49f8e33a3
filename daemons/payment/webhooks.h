// Webhooks: checked to be genuine, known again when they are repeated, and taken in any order.
#pragma once

#include "common/api/payment_flow_facts.h"
#include "common/api/payment_webhooks.h"
#include "common/service/handlers.h"
#include "daemons/payment/providers.h"

namespace bilten::payment {

// What is older may be told again and is known by the states of its payment alone.
inline constexpr UnixMillis kWebhooksKept = UnixMillis{72} * 3600 * 1000;

// unknown_provider, bad_signature, webhook_too_old, malformed_webhook; too_early: of a refund or a
// dispute whose payment's money is not known yet, nothing is noted and the provider tells again.
Decided<Nothing> decide_webhook(const Rows& rows, const Context& context,
                                const api::payment::TakeWebhook& message,
                                const Providers& providers);

// The same of an organisation's own account; what it tells of another's payments has no effect.
Decided<Nothing> decide_own_webhook(const Rows& rows, const Context& context,
                                    const api::payment::TakeOwnWebhook& message,
                                    const Providers& providers);

void apply(Rows& rows, const api::payment::WebhookTaken& fact);

}  // namespace bilten::payment
