// What the event service announces, whole. Each area's header lists its own facts; one that is in
// no list is never applied.
#pragma once

#include "common/api/event.h"
#include "common/api/event_date_facts.h"
#include "common/api/joined_facts.h"

namespace bilten::api::event {

using Facts = JoinedFacts<Fact, DateFacts>::Type;

}  // namespace bilten::api::event
