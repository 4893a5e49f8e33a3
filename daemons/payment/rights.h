// Who may see and do what in the payment service. What is hidden is "unknown", never "forbidden".
#pragma once

#include <optional>
#include <string>

#include "common/service/access.h"
#include "common/service/handlers.h"
#include "daemons/payment/rows.h"

namespace bilten::payment {

// The order for who made it and for managers of its organisation; otherwise unknown_order.
Result<OrderRow> find_order(const Rows& rows, const Person* person, const Id& order_id,
                            const std::optional<std::string>& shown_secret);

// Who may see the organisation's money: its owners and managers. unknown_organization to who is
// not in it, role_missing to the rest; both rest on user.
Status check_manager(const Rows& rows, const Person& person, const Id& organization_id);

}  // namespace bilten::payment
