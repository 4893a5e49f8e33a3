#include "daemons/ticket/list_search.h"

#include "common/base/text.h"
#include "common/service/paging.h"
#include "daemons/ticket/doors.h"
#include "daemons/ticket/holder_name.h"
#include "daemons/ticket/names.h"

namespace bilten::ticket {

using api::ticket::FindListTickets;
using api::ticket::FoundTicket;

namespace {

constexpr size_t kOrdersLookedAt = 2000;

class Search {
 public:
  Search(const Reader& reader, const Door& door, std::string_view query)
      : reader_(reader), door_(door), code_(lower_ascii(query)), words_(name_words(query)) {}

  // Adds the tickets of the order that fit.
  void look_at(const Id& order_id, std::vector<FoundTicket>& found) const {
    const auto order = reader_.rows.find<OrderRow>(order_id.view());
    CHECK_INVARIANT(order);
    if (order->ticket_ids.empty()) return;
    const bool by_code = lower_ascii(order->code).starts_with(code_);
    for (const auto& ticket_id : order->ticket_ids) {
      const auto ticket = reader_.rows.find<TicketRow>(ticket_id.view());
      CHECK_INVARIANT(ticket);
      const auto& type_id = ticket->ticket_type_id;
      const auto date_id = date_id_of_type(reader_.rows, door_.event, type_id);
      if (!lists_type(door_.list.terms, type_id, date_id)) continue;
      auto holder = holder_name(reader_, ticket_id, order_id, *order);
      if (!by_code && !(holder && begin_words(words_, name_words(*holder)))) continue;
      auto view = view_of(ticket_id, *ticket);
      view.order_code = order->code;
      view.holder = std::move(holder);
      found.push_back(std::move(view));
    }
  }

 private:
  FoundTicket view_of(const Id& ticket_id, const TicketRow& ticket) const {
    const auto type = reader_.rows.find<TypeRow>(ticket.ticket_type_id.view());
    CHECK_INVARIANT(type);
    FoundTicket view{.ticket_id = ticket_id,
                     .ticket_type_id = ticket.ticket_type_id,
                     .ticket_type_name = type->terms.title,
                     .state = ticket.state,
                     .order_code = {}};
    if (const auto admission = reader_.rows.find<AdmissionRow>(key_of(door_.list_id, ticket_id))) {
      view.inside = admission->inside;
      view.entries = admission->entries;
      view.first_at = admission->first_at;
      view.first_gate = admission->first_gate;
    }
    return view;
  }

  const Reader& reader_;
  const Door& door_;
  std::string code_;
  std::vector<std::string> words_;
};

}  // namespace

Result<api::ListOf<FoundTicket>> find_list_tickets(const Reader& reader,
                                                   const FindListTickets& message) {
  const auto door = open_door(reader.rows, reader.person, message.check_in_list_id);
  if (!door) return door.error();
  const auto& event_id = door->list.event_id;
  const auto after = key_after(message.cursor, event_id.view(), 48);
  if (!after) return after.error();
  const Search search(reader, *door, message.query);
  const auto limit = static_cast<size_t>(message.limit);
  api::ListOf<FoundTicket> list;
  size_t orders = 0;
  std::string last;
  reader.rows.scan<OrderOfBuyer>(event_id.view(), *after, kOrdersLookedAt + 1,
                                 [&](std::string_view key, const auto&) {
                                   if (orders++ == kOrdersLookedAt || list.items.size() >= limit) {
                                     list.next_cursor = cursor_at(last);
                                     return false;
                                   }
                                   last = key;
                                   search.look_at(*Id::from_bytes(key.substr(32)), list.items);
                                   return true;
                                 });
  return list;
}

}  // namespace bilten::ticket
