// The raffle service's table.
#pragma once

#include "common/service/handlers.h"

namespace bilten::raffle {

Service service();

}  // namespace bilten::raffle
