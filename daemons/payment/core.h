// The rules of money, each area's in a header of its own: decide_* reads rows and answers facts or
// a refusal; apply alone changes rows, and evolve calls it by a fact's name.
#pragma once

#include "common/service/handlers.h"

namespace bilten::payment {

// Applies one fact by name: one of this service, or one it noted from the ticket service.
void evolve(Rows& rows, std::string_view name, std::string_view body);

}  // namespace bilten::payment
