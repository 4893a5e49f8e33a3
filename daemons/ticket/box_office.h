// The rules of complimentary tickets and of what staff sell themselves.
#pragma once

#include "common/api/ticket_box_office.h"
#include "common/service/handlers.h"
#include "daemons/ticket/orders.h"

namespace bilten::ticket {

// unknown_event, role_missing, not_on_sale, invalid (a type twice), unknown_ticket_type,
// over_limit, total_too_large, invalid (paid_by), sold_out
Decided<api::ticket::OrderView> decide_box_office_order(const Rows& rows, const Context& context,
                                                        const api::ticket::BoxOfficeOrder& message,
                                                        const OrderKeys& keys);
// For members. unknown_event, role_missing
Result<api::ListOf<api::ticket::BoxOfficeLine>> read_box_office(
    const Reader& reader, const api::ticket::ReadBoxOffice& message);

void apply(Rows& rows, const api::ticket::BoxOfficeIssued& fact);

}  // namespace bilten::ticket
