// What the ticket service announces: the facts that payment, notification and analytics read.
#pragma once

#include <variant>

#include "common/api/ticket_door_facts.h"
#include "common/api/ticket_key_facts.h"
#include "common/api/ticket_offline_facts.h"
#include "common/api/ticket_room_facts.h"
#include "common/api/ticket_sale_facts.h"

namespace bilten::api::ticket {

using Facts =
    std::variant<Sold, Held, Expired, Cancelled, OrderChanged, HoldExtended, PaidTooLate, CheckedIn,
                 ScanRefused, TypeAdded, TypeChanged, QuotaAdded, QuotaChanged, QuotaRemoved,
                 PromoAdded, PromoChanged, CheckInListAdded, CheckInListChanged, CheckInListRemoved,
                 CheckInUndone, DoorFilling, KeyRotated, ScanConflicted, RoomOpened, RoomChanged,
                 RoomClosed, RoomJoined, RoomDrawn, RoomLetIn, RoomPassUsed, RoomPassesLapsed>;

}  // namespace bilten::api::ticket
