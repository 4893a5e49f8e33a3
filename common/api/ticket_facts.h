// What the ticket service announces: the facts that payment, notification and analytics read.
#pragma once

#include <variant>

#include "common/api/ticket_door_facts.h"
#include "common/api/ticket_key_facts.h"
#include "common/api/ticket_question_facts.h"
#include "common/api/ticket_resend.h"
#include "common/api/ticket_room_facts.h"
#include "common/api/ticket_sale_facts.h"
#include "common/api/ticket_transfer_facts.h"
#include "common/api/ticket_waiting_facts.h"

namespace bilten::api::ticket {

using Facts =
    std::variant<Sold, Held, Expired, Cancelled, OrderChanged, HoldExtended, PaidTooLate, CheckedIn,
                 ScanRefused, TypeAdded, TypeChanged, QuotaAdded, QuotaChanged, QuotaRemoved,
                 PromoAdded, PromoChanged, CheckInListAdded, KeyRotated, RoomOpened, RoomChanged,
                 RoomClosed, RoomJoined, RoomDrawn, RoomLetIn, RoomPassUsed, RoomPassesLapsed,
                 TransferOffered, Transferred, TransferWithdrawn, TransferExpired,
                 WaitingListJoined, WaitingListOffered, WaitingListAccepted, WaitingListLeft,
                 WaitingListLapsed, WaitingListRested, QuestionAdded, QuestionChanged,
                 QuestionRemoved, AttendeeChanged, ResendWanted, LookUpWanted>;

}  // namespace bilten::api::ticket
