// Who serves in a run: user, event and ticket as they are, and a reader of ticket's facts.
#pragma once

#include "common/service/table.h"

namespace bilten::sim {

// Tables serve all runs of a process.
const Table& user_table();
const Table& event_table();
const Table& ticket_table();
// Notes every fact of ticket in its own journal, and does nothing else.
const Table& reader_table();

// What user records at each start.
Effects start_of_user(const Rows& rows, const Context& context);

}  // namespace bilten::sim
