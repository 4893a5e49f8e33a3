#include "daemons/ticket/ticket_views.h"

#include <algorithm>

#include "daemons/ticket/dates.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/keys.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::TicketView;

namespace {

// As who gave the ticket away sees it.
TicketView given_away(TicketView view) {
  const bool was_good = view.state == TicketState::valid || view.state == TicketState::used;
  if (was_good) view.state = TicketState::transferred;
  view.code.reset();
  return view;
}

}  // namespace

Result<TicketView> TicketViews::ticket(const Reader& reader, const Id& ticket_id,
                                       const std::optional<std::string>& shown_secret) const {
  const auto ticket = reader.rows.find<TicketRow>(ticket_id.view());
  if (!ticket) return unknown_ticket(nullptr);
  const auto access =
      ticket_access(reader.rows, reader.person, links_, ticket_id, *ticket, shown_secret);
  if (access == TicketAccess::none) return unknown_ticket(reader.person);
  const auto signing = signing_of(reader.rows, ticket->event_id);
  auto view = view_of(reader.rows, ticket_id, *ticket, signing);
  return access == TicketAccess::giver ? given_away(std::move(view)) : std::move(view);
}

Result<OrderRow> TicketViews::order(const Reader& reader, const Id& order_id,
                                    const std::optional<std::string>& shown_secret) const {
  auto order = reader.rows.find<OrderRow>(order_id.view());
  if (!order) return unknown_order(nullptr);
  if (order_access(reader.rows, reader.person, links_.mail_index, order_id, *order, shown_secret) !=
      OrderAccess::all) {
    return unknown_order(reader.person);
  }
  return std::move(*order);
}

std::vector<TicketView> TicketViews::of_order(const Rows& rows, const OrderRow& order) const {
  const auto signing = signing_of(rows, order.event_id);
  std::vector<TicketView> views;
  for (const auto& id : order.ticket_ids) {
    const auto ticket = rows.find<TicketRow>(id.view());
    CHECK_INVARIANT(ticket);
    auto view = view_of(rows, id, *ticket, signing);
    views.push_back(find_holder(rows, id) ? given_away(std::move(view)) : std::move(view));
  }
  return views;
}

TicketViews::Signing TicketViews::signing_of(const Rows& rows, const Id& event_id) const {
  auto event = rows.find<EventRow>(event_id.view());
  CHECK_INVARIANT(event);
  const auto key_id = static_cast<uint8_t>(find_keys(rows, event_id).current);
  return {key_id, keys_.of(event_id, key_id), std::move(*event)};
}

TicketView TicketViews::view_of(const Rows& rows, const Id& id, const TicketRow& ticket,
                                const Signing& signing) const {
  TicketView view{.id = id,
                  .order_id = ticket.order_id,
                  .event_id = ticket.event_id,
                  .ticket_type_id = ticket.ticket_type_id,
                  .state = ticket.state,
                  .code = {}};
  auto ends_at = signing.event.terms.ends_at;
  if (const auto date_id = date_id_of_type(rows, signing.event, ticket.ticket_type_id)) {
    const auto schedule = schedule_of(signing.event, date_of(rows, *date_id));
    show_date(*date_id, schedule, view);
    ends_at = schedule.ends_at;
  }
  if (ticket.state == TicketState::valid || ticket.state == TicketState::used) {
    const auto until = ends_at.ms / 1000 + config_.code_grace_hours * 3600;
    view.code =
        write_code({.key_id = signing.key_id,
                    .event_id = ticket.event_id,
                    .ticket_id = id,
                    .generation = static_cast<uint16_t>(ticket.generation),
                    .valid_until_s = static_cast<uint32_t>(std::min<int64_t>(until, UINT32_MAX))},
                   *signing.key);
  }
  return view;
}

}  // namespace bilten::ticket
