// A person's own tickets as they are asked for, and their row of the table.
#include <algorithm>

#include "common/service/paging.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/ticket_views.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

// A page looks at so many orders and tickets taken over: an order that never came to have tickets
// adds nothing.
constexpr size_t kSourcesMax = 200;

// What brought a person tickets: an order, or a ticket that was taken over. Keys of both are of one
// form, and sort from the newest.
struct Source {
  std::string key;
  std::optional<Id> taken_over;
};

// The next, one more than a page looks at.
std::vector<Source> next_sources(const Rows& rows, const Id& person_id, const std::string& after) {
  std::vector<Source> sources;
  rows.scan<OrderOfPerson>(person_id.view(), after, kSourcesMax + 1,
                           [&](std::string_view key, const OrderOfPerson&) {
                             sources.push_back({std::string(key), {}});
                             return true;
                           });
  rows.scan<TicketOfHolder>(person_id.view(), after, kSourcesMax + 1,
                            [&](std::string_view key, const TicketOfHolder& row) {
                              sources.push_back({std::string(key), row.ticket_id});
                              return true;
                            });
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.key < b.key; });
  if (sources.size() > kSourcesMax + 1) sources.resize(kSourcesMax + 1);
  return sources;
}

// An order's tickets that nobody took over; what this person took over stands for itself.
void add_order(const Rows& rows, const TicketViews& views, const Source& source,
               std::vector<TicketView>& into) {
  const auto order_id = newest_first(*Id::from_bytes(std::string_view(source.key).substr(16)));
  const auto order = rows.find<OrderRow>(order_id.view());
  CHECK_INVARIANT(order);
  if (order->ticket_ids.empty()) return;
  for (auto& view : views.of_order(rows, *order)) {
    if (!find_holder(rows, view.id)) into.push_back(std::move(view));
  }
}

Result<ListOf<TicketView>> my_tickets(const Reader& reader, const ListMyTickets& message,
                                      const std::shared_ptr<const TicketViews>& views) {
  const auto& person_id = reader.person->person_id;
  const auto after = key_after(message.cursor, person_id.view(), 32);
  if (!after) return after.error();
  ListOf<TicketView> list;
  const std::string* last = nullptr;
  const auto sources = next_sources(reader.rows, person_id, *after);
  for (size_t i = 0; i < sources.size(); ++i) {
    if (list.items.size() >= static_cast<size_t>(message.limit) || i == kSourcesMax) {
      list.next_cursor = cursor_at(*last);
      break;
    }
    const auto& source = sources[i];
    last = &source.key;
    if (!source.taken_over) {
      add_order(reader.rows, *views, source, list.items);
      continue;
    }
    auto view = views->ticket(reader, *source.taken_over, {});
    CHECK_INVARIANT(view);  // Its holder asks.
    list.items.push_back(std::move(*view));
  }
  return list;
}

}  // namespace

Table my_ticket_table(const Config& config, const ServiceKeys& keys) {
  const auto views = std::make_shared<const TicketViews>(config, keys);
  return {query<ListMyTickets>("ticket.my_tickets", with(views, my_tickets))};
}

}  // namespace bilten::ticket
