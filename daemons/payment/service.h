// The payment service: its facts and its table of handlers.
#pragma once

#include "common/service/daemon.h"
#include "daemons/payment/config.h"
#include "daemons/payment/providers.h"

namespace bilten::payment {

// `stripe`, `own`: the platform's account there and those of organisations, where the settings
// name that provider.
Service service(const Config& config, const ServiceKeys& keys,
                std::shared_ptr<Provider> stripe = nullptr, const OwnAccounts& own = {});

}  // namespace bilten::payment
