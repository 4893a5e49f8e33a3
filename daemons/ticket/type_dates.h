// The rules of ticket types that several dates have alike.
#pragma once

#include "common/api/ticket_type_dates.h"
#include "common/service/handlers.h"
#include "daemons/ticket/config.h"

namespace bilten::ticket {

// unknown_ticket_type, role_missing, invalid (a date twice), unknown_date, date_cancelled,
// addon_of_date, too_many_types
Decided<api::ListOf<api::ticket::RepeatedType>> decide_repeat_type(
    const Rows& rows, const Context& context, const api::ticket::RepeatType& message,
    const Config& config);

}  // namespace bilten::ticket
