#include "daemons/payment/rights.h"

#include "common/crypto/order_link.h"
#include "daemons/payment/payout_rows.h"

namespace bilten::payment {
namespace {

using api::user::Role;

Error unknown_order() {
  return {Code::not_found, "unknown_order",
          "There is no such order for you; use the link you were given, or log in."};
}

Error unknown_payment() {
  return {Code::not_found, "unknown_payment",
          "There is no such payment for you; use the order's link, or log in."};
}

Error role_missing() {
  return rests_on("user", {Code::forbidden, "role_missing",
                           "Only managers and owners of the organisation may do this; ask one."});
}

}  // namespace

Result<OrderRow> find_order(const Rows& rows, const Person* person, const Id& order_id,
                            const std::optional<std::string>& shown_secret,
                            std::string_view mesh_key) {
  auto order = rows.find<OrderRow>(order_id.view());
  if (!order) return rests_on("ticket", unknown_order());
  const bool shows_it =
      shown_secret && crypto::equal(*shown_secret, order_secret(mesh_key, order_id));
  if (shows_it || (person && order->person_id == person->person_id)) return std::move(*order);
  if (!person) return unknown_order();
  const auto role = role_of(rows, order->organization_id, person->person_id);
  if (role && *role >= Role::manager) return std::move(*order);
  return rests_on("user", unknown_order());
}

Result<PaymentRow> find_payment_of(const Rows& rows, const Person* person, const Id& payment_id,
                                   const std::optional<std::string>& shown_secret,
                                   std::string_view mesh_key) {
  auto payment = rows.find<PaymentRow>(payment_id.view());
  if (!payment) return unknown_payment();
  if (find_order(rows, person, payment->order_id, shown_secret, mesh_key)) {
    return std::move(*payment);
  }
  return person ? rests_on("user", unknown_payment()) : unknown_payment();
}

Result<PaymentRow> find_managed_payment(const Rows& rows, const Person* person,
                                        const Id& payment_id) {
  auto payment = rows.find<PaymentRow>(payment_id.view());
  if (!payment) return unknown_payment();
  const auto role = role_of(rows, payment->organization_id, person->person_id);
  if (!role) return rests_on("user", unknown_payment());
  if (*role >= Role::manager) return std::move(*payment);
  return role_missing();
}

Status check_manager(const Rows& rows, const Person& person, const Id& organization_id) {
  const auto role = role_of(rows, organization_id, person.person_id);
  if (!role) {
    return rests_on("user",
                    {Code::not_found, "unknown_organization", "You are in no such organisation."});
  }
  if (*role >= Role::manager) return Done{};
  return role_missing();
}

Status check_event_manager(const Rows& rows, const Person& person, const Id& event_id) {
  Error unknown{Code::not_found, "unknown_event", "There is no such event in your organisations."};
  const auto event = rows.find<EventEndRow>(event_id.view());
  if (!event) return rests_on("event", std::move(unknown));
  const auto role = role_of(rows, event->organization_id, person.person_id);
  if (!role) return rests_on("user", std::move(unknown));
  if (*role >= Role::manager) return Done{};
  return role_missing();
}

}  // namespace bilten::payment
