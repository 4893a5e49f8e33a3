#include "daemons/ticket/rights.h"

#include "common/crypto/order_link.h"

namespace bilten::ticket {
namespace {

bool is_public(const EventRow& event) {
  return event.terms.state != api::event::State::draft &&
         event.terms.visibility != api::event::Visibility::members;
}

}  // namespace

bool is_member(const Rows& rows, const Person* person, const Id& organization_id) {
  return person && role_of(rows, organization_id, person->person_id);
}

bool may_see(const Rows& rows, const Person* person, const EventRow& event) {
  return is_public(event) || is_member(rows, person, event.organization_id);
}

Result<EventRow> find_event(const Rows& rows, const Person* person, const Id& event_id) {
  auto event = rows.find<EventRow>(event_id.view());
  if (!event) return rests_on("event", unknown_event());
  if (may_see(rows, person, *event)) return std::move(*event);
  // A draft may have been published since; a private event may have got a member since.
  const bool is_draft = event->terms.state == api::event::State::draft;
  return rests_on(is_draft ? "event" : "user", unknown_event());
}

Status need_role(const Rows& rows, const Person* person, const Id& organization_id, Role least,
                 const Error& unknown) {
  if (!person) {
    return Error{Code::unauthenticated, "unauthenticated", "Log in and send the access token."};
  }
  const auto role = role_of(rows, organization_id, person->person_id);
  if (!role) return rests_on("user", unknown);
  if (*role < least) {
    return rests_on("user", Error{Code::forbidden, "role_missing",
                                  "This needs the role " + std::string(word(least)) +
                                      " in the organisation; ask its owner."});
  }
  return Done{};
}

Result<EventRow> find_own_event(const Rows& rows, const Person* person, const Id& event_id,
                                Role least) {
  auto event = rows.find<EventRow>(event_id.view());
  if (!event) return rests_on("event", unknown_event());
  const auto allowed = need_role(rows, person, event->organization_id, least,
                                 hide_unless_public(*event, unknown_event()));
  if (!allowed) return allowed.error();
  return std::move(*event);
}

OrderAccess order_access(const Rows& rows, const Person* person, std::string_view mesh_key,
                         const Id& order_id, const OrderRow& order,
                         const std::optional<std::string>& shown_secret) {
  if (shown_secret && crypto::equal(*shown_secret, order_secret(mesh_key, order_id))) {
    return OrderAccess::all;
  }
  if (!person) return OrderAccess::none;
  if (order.person_id == person->person_id) return OrderAccess::all;
  const auto event = rows.find<EventRow>(order.event_id.view());
  CHECK_INVARIANT(event);
  const auto role = role_of(rows, event->organization_id, person->person_id);
  if (!role) return OrderAccess::none;
  return *role >= Role::manager ? OrderAccess::all : OrderAccess::sale;
}

Error hide_unless_public(const EventRow& event, Error unknown) {
  if (!is_public(event)) return unknown;
  return {Code::forbidden, "role_missing", "Only members of the event's organisation may do this."};
}

Error unknown_event() {
  return {Code::not_found, "unknown_event", "There is no such event, or it is not public."};
}

Error unknown_ticket_type() {
  return {Code::not_found, "unknown_ticket_type", "There is no such ticket type on this event."};
}

Error manager_needed() {
  return rests_on("user", Error{Code::forbidden, "role_missing",
                                "This needs the role manager in the organisation."});
}

Error unknown_order(const Person* person) {
  Error error{Code::not_found, "unknown_order",
              "There is no such order for you; use the link you were given, or log in."};
  return person ? rests_on("user", std::move(error)) : error;
}

Error unknown_ticket(const Person* person) {
  Error error{Code::not_found, "unknown_ticket",
              "There is no such ticket for you; use the link you were given, or log in."};
  return person ? rests_on("user", std::move(error)) : error;
}

}  // namespace bilten::ticket
