#include "daemons/payment/rights.h"

namespace bilten::payment {
namespace {

using api::user::Role;

// An order may be known to the ticket service alone yet, a membership to user.
Error unknown_order(std::string_view rests_on_facts_of) {
  return rests_on(rests_on_facts_of,
                  {Code::not_found, "unknown_order",
                   "There is no such order for you; use the link you were given, or log in."});
}

}  // namespace

Result<OrderRow> find_order(const Rows& rows, const Person* person, const Id& order_id,
                            const std::optional<std::string>&) {
  auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return unknown_order("ticket");
  if (!person) return unknown_order("ticket");
  if (order->person_id == person->person_id) return std::move(*order);
  const auto role = role_of(rows, order->organization_id, person->person_id);
  if (role && *role >= Role::manager) return std::move(*order);
  return unknown_order("user");
}

Status check_manager(const Rows& rows, const Person& person, const Id& organization_id) {
  const auto role = role_of(rows, organization_id, person.person_id);
  if (!role) {
    return rests_on("user",
                    {Code::not_found, "unknown_organization", "You are in no such organisation."});
  }
  if (*role >= Role::manager) return Done{};
  return rests_on("user", {Code::forbidden, "role_missing",
                           "Only managers and owners of the organisation may do this; ask one."});
}

}  // namespace bilten::payment
