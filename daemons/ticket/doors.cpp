#include "daemons/ticket/doors.h"

#include "daemons/ticket/keys.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {
namespace {

std::optional<ScanReason> reason_of_state(const Rows& rows, const Door& door) {
  if (door.event.terms.state == api::event::State::cancelled) return ScanReason::cancelled;
  switch (door.ticket.state) {
    case TicketState::cancelled: return ScanReason::cancelled;
    case TicketState::refunded: return ScanReason::refunded;
    case TicketState::transferred: return ScanReason::revoked;
    case TicketState::valid:
    case TicketState::used: break;
  }
  const auto order = rows.find<OrderRow>(door.ticket.order_id.view());
  CHECK_INVARIANT(order);
  switch (order->state) {
    case OrderState::paid:
    case OrderState::partially_refunded: return std::nullopt;
    case OrderState::cancelled: return ScanReason::cancelled;
    case OrderState::refunded: return ScanReason::refunded;
    case OrderState::held:
    case OrderState::expired: return ScanReason::unpaid;
  }
  return std::nullopt;
}

bool lists_type(const ListRow& list, const Id& type_id) {
  if (list.ticket_type_ids.empty()) return true;
  for (const auto& listed : list.ticket_type_ids) {
    if (listed == type_id) return true;
  }
  return false;
}

std::optional<ScanReason> reason_of_entry(const Door& door, UnixMillis now) {
  if (now >= door.event.terms.ends_at.ms) return ScanReason::too_late;
  if (now < door.event.terms.doors_at.ms) return ScanReason::not_yet;
  const bool may_enter = !door.admission || (door.list.reentry && !door.admission->inside);
  return may_enter ? std::nullopt : std::optional(ScanReason::already_redeemed);
}

}  // namespace

Result<Door> open_door(const Rows& rows, const Person* person, const Id& list_id) {
  const Error unknown{Code::not_found, "unknown_check_in_list",
                      "There is no such check-in list for you."};
  auto list = rows.find<ListRow>(list_id.view());
  if (!list) return rests_on("event", unknown);
  const auto allowed = need_role(rows, person, list->organization_id, Role::door_staff, unknown);
  if (!allowed) return allowed.error();
  auto event = rows.find<EventRow>(list->event_id.view());
  CHECK_INVARIANT(event);
  return Door{.list_id = list_id,
              .list = std::move(*list),
              .ticket_id = {},
              .ticket = {},
              .event = std::move(*event),
              .admission = {}};
}

bool show_ticket(const Rows& rows, const Id& ticket_id, Door& door) {
  auto ticket = rows.find<TicketRow>(ticket_id.view());
  if (!ticket) return false;
  door.ticket_id = ticket_id;
  door.ticket = std::move(*ticket);
  door.admission = rows.find<AdmissionRow>(key_of(door.list_id, ticket_id));
  return true;
}

std::optional<ScanReason> reason_against(const Rows& rows, const Door& door,
                                         const Showing& showing) {
  if (door.ticket.event_id != door.list.event_id) return ScanReason::wrong_event;
  if (!accepts_key(rows, showing.code)) return ScanReason::revoked;
  if (showing.code.generation != door.ticket.generation) return ScanReason::revoked;
  if (const auto reason = reason_of_state(rows, door)) return reason;
  if (!lists_type(door.list, door.ticket.ticket_type_id)) return ScanReason::wrong_type;
  if (showing.direction == Direction::entry) return reason_of_entry(door, showing.at);
  const bool is_inside = door.admission && door.admission->inside;
  return is_inside ? std::nullopt : std::optional(ScanReason::not_inside);
}

}  // namespace bilten::ticket
