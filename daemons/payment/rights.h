// Who may see and do what in the payment service. What is hidden is "unknown", never "forbidden".
#pragma once

#include <optional>
#include <string>

#include "common/service/access.h"
#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/rows.h"

namespace bilten::payment {

// The order for who shows its secret, who made it, and managers of its organisation; otherwise
// unknown_order. `mesh_key`: what order secrets are made with.
Result<OrderRow> find_order(const Rows& rows, const Person* person, const Id& order_id,
                            const std::optional<std::string>& shown_secret,
                            std::string_view mesh_key);
// The payment for the same people; otherwise unknown_payment.
Result<PaymentRow> find_payment_of(const Rows& rows, const Person* person, const Id& payment_id,
                                   const std::optional<std::string>& shown_secret,
                                   std::string_view mesh_key);
// The payment for managers of its organisation. unknown_payment, role_missing
Result<PaymentRow> find_managed_payment(const Rows& rows, const Person* person,
                                        const Id& payment_id);

// Who may see the organisation's money: its owners and managers. unknown_organization to who is
// not in it, role_missing to the rest; both rest on user.
Status check_manager(const Rows& rows, const Person& person, const Id& organization_id);
// The same of an event's organisation: unknown_event to who is not in it, role_missing.
Status check_event_manager(const Rows& rows, const Person& person, const Id& event_id);

}  // namespace bilten::payment
