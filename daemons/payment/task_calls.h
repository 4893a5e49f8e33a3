// What the sender of tasks does: asks the provider, and tells how that ended.
#pragma once

#include "common/api/payment_flow_facts.h"
#include "common/api/payment_payments.h"
#include "common/service/handlers.h"
#include "daemons/payment/providers.h"

namespace bilten::payment {

// How a call to a provider failed, as a settling command tells it.
api::payment::ToldFailure failure_of(const Error& error);

// The sender: asks the provider.
std::function<std::optional<api::payment::SettleTask>(const Ask&)> plan_task(
    const Providers& providers, const Reader& reader, std::string_view key);

// The idempotency key of a call about a payment or refund.
std::string provider_key(std::string_view what, const Id& id, int64_t round = 1);

}  // namespace bilten::payment
