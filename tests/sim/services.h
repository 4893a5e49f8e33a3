// Who acts in a run: the ticket service as it is, two owners that announce what a script says, and
// a reader of ticket's facts; the persons, their tokens, and one event.
#pragma once

#include <string>

#include "common/api/event.h"
#include "common/service/table.h"

namespace bilten::sim {

// Tables serve all runs of a process.
const Table& user_table();
const Table& event_table();
const Table& ticket_table();
// Notes every fact of ticket in its own journal, and does nothing else.
const Table& reader_table();

// Good tokens, signed with the key that the opening facts announce.
const std::string& manager_token();
const std::string& door_token();

Id event_id();

// What user and event announce at the beginning.
Effects opening_of_user();
Effects opening_of_event(UnixMillis now);
// The event leaves sale, or returns to it; `version` rises with each.
Effects event_moves(bool on_sale, int64_t version, UnixMillis now);

}  // namespace bilten::sim
