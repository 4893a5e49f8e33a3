// The sandbox's webhooks: JSON, signed as Stripe signs. Written by the sandbox, read by its port.
#pragma once

#include "common/api/payment_webhooks.h"
#include "daemons/payment/provider.h"
#include "daemons/payment/sandbox_rows.h"

namespace bilten::payment {

inline constexpr std::string_view kIntentCaptured = "intent.captured";
inline constexpr std::string_view kIntentFailed = "intent.failed";
inline constexpr std::string_view kIntentAction = "intent.requires_action";
inline constexpr std::string_view kDisputeOpened = "dispute.opened";
inline constexpr std::string_view kDisputeWon = "dispute.won";
inline constexpr std::string_view kDisputeLost = "dispute.lost";
// A dispute's id is this and its intent's reference.
inline constexpr std::string_view kDisputePrefix = "sdp_";

api::payment::TakeWebhook signed_webhook(const SandboxHookRow& hook, const std::string& secret,
                                         UnixMillis now);
// bad_signature, webhook_too_old, malformed_webhook
Result<WebhookEvent> read_sandbox_webhook(const RawWebhook& webhook, const std::string& secret,
                                          UnixMillis now);

}  // namespace bilten::payment
