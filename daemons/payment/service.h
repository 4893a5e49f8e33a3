// The payment service: its facts and its table of handlers.
#pragma once

#include "common/service/daemon.h"
#include "daemons/payment/config.h"
#include "daemons/payment/provider.h"

namespace bilten::payment {

// `stripe`: where the settings name it.
Service service(const Config& config, const ServiceKeys& keys,
                std::shared_ptr<Provider> stripe = nullptr);

}  // namespace bilten::payment
