// Check-in lists as they are asked for, and the doors' rows of the table.
#include <algorithm>

#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/doors.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

constexpr size_t kListsMax = 200;  // Check-in lists of one event.

// Tickets that the list lets in: what is sold of its types.
int64_t count_sold(const Rows& rows, const ListRow& list) {
  int64_t sold = 0;
  for (const auto& [id, type] : types_of_event(rows, list.event_id)) {
    const auto& listed = list.ticket_type_ids;
    if (listed.empty() || std::find(listed.begin(), listed.end(), id) != listed.end()) {
      sold += find_stock(rows, id).sold;
    }
  }
  return sold;
}

Result<ListOf<CheckInListView>> read_lists(const Reader& reader, const ListCheckInLists& message) {
  const auto event = find_own_event(reader.rows, reader.person, message.event_id, Role::viewer);
  if (!event) return event.error();
  ListOf<CheckInListView> found;
  reader.rows.scan<ListOfEvent>(
      message.event_id.view(), {}, kListsMax, [&](std::string_view key, const ListOfEvent&) {
        const auto list = reader.rows.find<ListRow>(key.substr(16));
        CHECK_INVARIANT(list);
        found.items.push_back({*Id::from_bytes(key.substr(16)), list->event_id, list->title,
                               list->admitted, list->inside, count_sold(reader.rows, *list)});
        return true;
      });
  return found;
}

}  // namespace

Table door_table(const ServiceKeys& keys) {
  const auto check_code = [secret = keys.secret](const Reader& reader, const CheckIn& message) {
    return prepare_check_in(reader, message, secret);
  };
  return {
      query<ListCheckInLists>("ticket.check_in_lists", read_lists),
      command<CheckIn>("ticket.check_in", check_code, decide_check_in),
  };
}

}  // namespace bilten::ticket
