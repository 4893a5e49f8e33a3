// The event service: its table of handlers.
#pragma once

#include "common/service/handlers.h"
#include "daemons/event/config.h"

namespace bilten::event {

// `config` outlives the service.
Service service(const Config& config);

}  // namespace bilten::event
