// Check-in lists as they are asked for, and their rows of the table.
#include "daemons/ticket/devices.h"
#include "daemons/ticket/doors.h"
#include "daemons/ticket/list_search.h"
#include "daemons/ticket/lists.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

Result<CheckInListView> read_list(const Reader& reader, const ReadCheckInList& message) {
  const auto& list_id = message.check_in_list_id;
  const auto door = open_door(reader.rows, reader.person, list_id, Role::viewer);
  if (!door) return door.error();
  return view_of_list(reader.rows, list_id, door->list);
}

// unknown_event, role_missing
Status need_event_at_doors(const Reader& reader, const Id& event_id) {
  if (!reader.person->is_device) {
    const auto event = find_own_event(reader.rows, reader.person, event_id, Role::viewer);
    return event ? Status(Done{}) : event.error();
  }
  const auto event = reader.rows.find<EventRow>(event_id.view());
  if (!event) return rests_on("event", unknown_event());
  return need_device(reader.rows, *reader.person, event->organization_id, event_id,
                     unknown_event());
}

Result<ListOf<CheckInListView>> read_lists(const Reader& reader, const ListCheckInLists& message) {
  const auto allowed = need_event_at_doors(reader, message.event_id);
  if (!allowed) return allowed.error();
  ListOf<CheckInListView> found;
  for (const auto& list_id : lists_of_event(reader.rows, message.event_id)) {
    const auto list = reader.rows.find<ListRow>(list_id.view());
    CHECK_INVARIANT(list);
    found.items.push_back(view_of_list(reader.rows, list_id, *list));
  }
  return found;
}

}  // namespace

Table list_table() {
  return {
      command<AddCheckInList>("ticket.add_check_in_list", decide_add_list),
      command<ChangeCheckInList>("ticket.change_check_in_list", decide_change_list),
      command<RemoveCheckInList>("ticket.remove_check_in_list", decide_remove_list),
      query<ReadCheckInList>("ticket.check_in_list", read_list),
      query<ListCheckInLists>("ticket.check_in_lists", read_lists),
      slow_query<FindListTickets>("ticket.check_in_list.tickets", find_list_tickets),
  };
}

}  // namespace bilten::ticket
