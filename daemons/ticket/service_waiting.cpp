// Waiting lists as they are asked for, and their rows of the table.
#include "common/service/paging.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/waiting_line.h"
#include "daemons/ticket/waiting_list.h"

namespace bilten::ticket {

using namespace api::ticket;

namespace {

std::optional<Buyer> find_waiting_buyer(const Vault& vault, const Id& entry_id) {
  const auto kept = vault.get(waiting_key(entry_id));
  if (!kept) return std::nullopt;
  auto buyer = decode<Buyer>(*kept);
  CHECK_INVARIANT(buyer);
  return std::move(*buyer);
}

Result<ListOf<EventWaiting>> waiting_of_event(const Reader& reader, const ListWaiting& message) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(reader.rows, reader.person, event_id, Role::manager);
  if (!event) return event.error();
  const auto after = key_after(message.cursor, event_id.view(), 32);
  if (!after) return after.error();
  ListOf<EventWaiting> list;
  std::string last;
  // Entries of other states add nothing, so a page walks past many of them.
  constexpr size_t kEntriesMax = 2000;
  size_t entries = 0;
  reader.rows.scan<WaitingOfEvent>(
      event_id.view(), *after, kEntriesMax + 1, [&](std::string_view key, const WaitingOfEvent&) {
        const bool is_full = list.items.size() >= static_cast<size_t>(message.limit);
        if (is_full || entries == kEntriesMax) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        ++entries;
        const auto entry_id = *Id::from_bytes(key.substr(16));
        EventWaiting view;
        static_cast<WaitingView&>(view) =
            view_of_entry(entry_id, entry_of(reader.rows, entry_id), reader.now);
        if (message.state && view.state != *message.state) return true;
        view.buyer = find_waiting_buyer(reader.vault, entry_id);
        list.items.push_back(std::move(view));
        return true;
      });
  return list;
}

}  // namespace

Table waiting_table(const Config& config, const ServiceKeys& keys) {
  const auto next_in_line = [config](const Rows& rows, const Context& context,
                                     std::string_view key) {
    return decide_next_in_line(rows, context, key, config);
  };
  const OrderKeys order_keys{keys.secret, keys.mail_index};
  return {
      command<JoinWaitingList>("ticket.waiting_list.join",
                               with(order_keys, decide_join_waiting_list)),
      query<ListWaiting>("ticket.waiting_list", waiting_of_event),
      query<ReadWaitingEntry>("ticket.waiting_list.entry", with(keys.secret, view_of_waiting)),
      command<LeaveWaitingList>("ticket.waiting_list.leave",
                                with(keys.secret, decide_leave_waiting_list)),
      command<AcceptWaitingOffer>("ticket.waiting_list.accept",
                                  with(order_keys, decide_accept_waiting_offer)),
      query<WaitingListMail>("ticket.waiting_list_mail", with(keys.secret, waiting_list_mail)),
      timer(kWaitingTimer, next_in_line),
      timer(kWaitingOfferTimer, decide_offer_lapsed),
  };
}

}  // namespace bilten::ticket
