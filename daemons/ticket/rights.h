// Who may see and do what in the ticket service. What is hidden is "unknown", never "forbidden".
#pragma once

#include <string_view>

#include "common/service/access.h"
#include "common/service/handlers.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

using api::user::Role;

// What links are made with and buyers known by: the service's secret, and the mesh's key, which
// also the payment service knows an order's link by.
struct OrderKeys {
  std::string secret, mail_index;
};

// True for members of the organisation, and for everyone once the event is out and not private.
bool may_see(const Rows& rows, const Person* person, const EventRow& event);
bool is_member(const Rows& rows, const Person* person, const Id& organization_id);
// The event, if it is known and `person` may see it; otherwise unknown_event.
Result<EventRow> find_event(const Rows& rows, const Person* person, const Id& event_id);

// Refuses who has not at least the role `least` in the organisation: with `unknown` those who may
// not know that the object exists, with role_missing the others. Both rest on user.
Status need_role(const Rows& rows, const Person* person, const Id& organization_id, Role least,
                 const Error& unknown);
// The event for those who work for it; for strangers it is unknown unless the public sees it.
Result<EventRow> find_own_event(const Rows& rows, const Person* person, const Id& event_id,
                                Role least);

// What one may see of an order: nothing, all but who bought it, everything.
enum class OrderAccess : uint8_t { none, sale, all };
// `mesh_key`: what order secrets are made with.
OrderAccess order_access(const Rows& rows, const Person* person, std::string_view mesh_key,
                         const Id& order_id, const OrderRow& order,
                         const std::optional<std::string>& shown_secret);

// What a stranger is told about something of the event: role_missing, or `unknown` where the public
// does not know of it.
Error hide_unless_public(const EventRow& event, Error unknown);

Error unknown_event();
Error unknown_ticket_type();
Error manager_needed();  // Rests on user.
// Rests on user where a person asks: their membership may be on its way.
Error unknown_order(const Person* person);
Error unknown_ticket(const Person* person);

}  // namespace bilten::ticket
