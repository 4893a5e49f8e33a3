// What the rules of waiting lists share: entries as rows and facts.
#pragma once

#include <vector>

#include "daemons/ticket/rows.h"
#include "daemons/ticket/waiting_rows.h"

namespace bilten::ticket {

// An entry that exists.
inline WaitingRow entry_of(const Rows& rows, const Id& entry_id) {
  auto entry = rows.find<WaitingRow>(entry_id.view());
  CHECK_INVARIANT(entry);
  return std::move(*entry);
}

// What an offer to it holds.
inline std::vector<Line> lines_of(const WaitingRow& entry) {
  return {{.ticket_type_id = entry.ticket_type_id, .quantity = entry.quantity}};
}

template <class Fact>
Fact fact_of(const Rows& rows, const Id& entry_id, const WaitingRow& entry, UnixMillis now) {
  const auto event = rows.find<EventRow>(entry.event_id.view());
  CHECK_INVARIANT(event);
  Fact fact;
  fact.organization_id = event->organization_id;
  fact.event_id = entry.event_id;
  fact.ticket_type_id = entry.ticket_type_id;
  fact.entry_id = entry_id;
  fact.at = {now};
  return fact;
}

}  // namespace bilten::ticket
