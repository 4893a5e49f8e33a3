// The payment service: its facts and its table of handlers.
#pragma once

#include "common/service/daemon.h"
#include "daemons/payment/config.h"

namespace bilten::payment {

Service service(const Config& config, const ServiceKeys& keys);

}  // namespace bilten::payment
