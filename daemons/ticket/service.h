// The ticket service: its facts and its table of handlers.
#pragma once

#include "common/service/daemon.h"
#include "daemons/ticket/config.h"

namespace bilten::ticket {

Service service(const Config& config, const ServiceKeys& keys);

}  // namespace bilten::ticket
