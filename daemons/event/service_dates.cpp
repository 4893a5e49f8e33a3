// Dates as they are asked for, and their rows of the table.
#include "common/service/paging.h"
#include "daemons/event/core.h"
#include "daemons/event/dates.h"

namespace bilten::event {
namespace {

using namespace api::event;
using api::ListOf;

Result<DateView> read_date(const Reader& reader, const ReadDate& message) {
  const auto event = find_visible(reader.rows, reader.person, message.event_id);
  if (!event) return event.error();
  const auto date = reader.rows.find<DateRow>(message.date_id.view());
  if (!date || date->event_id != message.event_id) return unknown_date();
  return view_of_date(message.date_id, *date, event->row.terms.timezone);
}

Result<ListOf<DateView>> list_dates(const Reader& reader, const ListDates& message) {
  const auto& event_id = message.event_id;
  const auto event = find_visible(reader.rows, reader.person, event_id);
  if (!event) return event.error();
  auto after = key_after(message.cursor, event_id.view(), kDateKeyBytes);
  if (!after) return after.error();
  if (message.from) after = std::max(*after, date_time_key(event_id, *message.from));
  const auto end = message.to ? date_time_key(event_id, *message.to) : std::string();
  const auto limit = static_cast<size_t>(message.limit);
  ListOf<DateView> list;
  std::string last;
  reader.rows.scan<DateOfEventRow>(
      event_id.view(), *after, limit + 1, [&](std::string_view key, const DateOfEventRow&) {
        if (!end.empty() && key >= end) return false;
        if (list.items.size() == limit) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        const auto date_id = Id::from_bytes(key.substr(24));
        const auto date = reader.rows.find<DateRow>(key.substr(24));
        CHECK_INVARIANT(date_id && date);
        list.items.push_back(view_of_date(*date_id, *date, event->row.terms.timezone));
        return true;
      });
  return list;
}

}  // namespace

std::vector<TableRow> date_table() {
  return {
      command<AddDate>("event.add_date", decide_add_date),
      command<RepeatDates>("event.repeat_dates", decide_repeat_dates),
      command<ChangeDate>("event.change_date", decide_change_date),
      command<CancelDate>("event.cancel_date", decide_cancel_date),
      query<ReadDate>("event.date", read_date),
      query<ListDates>("event.dates", list_dates),
  };
}

}  // namespace bilten::event
