// The doors' rows of the table: scans, and what was undone of them.
#include "common/service/paging.h"
#include "daemons/ticket/doors.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

Result<ListOf<UndoneView>> list_undone(const Reader& reader, const ListUndone& message) {
  const auto& list_id = message.check_in_list_id;
  const auto door =
      open_door(reader.rows, reader.person, list_id, api::user::Role::door_supervisor);
  if (!door) return door.error();
  const auto limit = static_cast<size_t>(message.limit);
  const auto after = key_after(message.cursor, list_id.view(), 32);
  if (!after) return after.error();
  ListOf<UndoneView> list;
  std::string last;
  reader.rows.scan<UndoRow>(
      list_id.view(), *after, limit + 1, [&](std::string_view key, const UndoRow& undo) {
        if (list.items.size() == limit) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        const auto undo_id = *Id::from_bytes(key.substr(16));
        list.items.push_back(
            view_of_undo(list_id, undo_id, undo, reader.vault.get(undo_vault_key(undo_id))));
        return true;
      });
  return list;
}

}  // namespace

Table door_table(const ServiceKeys& keys) {
  const auto check_code = [keys = std::make_shared<const EventKeys>(keys.secret)](
                              const Reader& reader, const CheckIn& message) {
    return prepare_check_in(reader, message, *keys);
  };
  return {
      command<CheckIn>("ticket.check_in", check_code, decide_check_in),
      command<UndoCheckIn>("ticket.undo_check_in", decide_undo_check_in),
      query<ListUndone>("ticket.undone_check_ins", list_undone),
  };
}

}  // namespace bilten::ticket
