// What the ticket service announces: the facts that payment, notification and analytics read.
#pragma once

#include <variant>

#include "common/api/ticket_door_facts.h"
#include "common/api/ticket_sale_facts.h"

namespace bilten::api::ticket {

using Facts =
    std::variant<Sold, Held, Expired, Cancelled, PaidTooLate, CheckedIn, ScanRefused, TypeAdded,
                 TypeChanged, QuotaAdded, QuotaChanged, QuotaRemoved, CheckInListAdded>;

}  // namespace bilten::api::ticket
