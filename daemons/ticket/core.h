// The rules of selling and admitting, each area's in a header of its own: decide_* reads rows and
// answers facts or a refusal; apply alone changes rows, and evolve calls it by a fact's name. The
// order in which a decide names its refusals is the order it checks them in.
#pragma once

#include "common/service/handlers.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// A new event has the check-in list "Main".
Effects decide_drafted(const Rows& rows, const Context& context, const api::event::Drafted& fact);

// Applies one fact by name: one of this service, or one it noted from the event service.
void evolve(Rows& rows, std::string_view name, std::string_view body);

}  // namespace bilten::ticket
