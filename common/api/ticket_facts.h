// What the ticket service announces: the facts that payment, notification and analytics read. Each
// area's header lists its own; a fact that is in no list is never applied.
#pragma once

#include "common/api/joined_facts.h"
#include "common/api/ticket_box_office_facts.h"
#include "common/api/ticket_dispute_facts.h"
#include "common/api/ticket_door_facts.h"
#include "common/api/ticket_event_refund_facts.h"
#include "common/api/ticket_exchange_facts.h"
#include "common/api/ticket_import_facts.h"
#include "common/api/ticket_key_facts.h"
#include "common/api/ticket_offline_facts.h"
#include "common/api/ticket_question_facts.h"
#include "common/api/ticket_refund_facts.h"
#include "common/api/ticket_resend_facts.h"
#include "common/api/ticket_room_facts.h"
#include "common/api/ticket_sale_facts.h"
#include "common/api/ticket_transfer_facts.h"
#include "common/api/ticket_waiting_facts.h"

namespace bilten::api::ticket {

// The commonest first: evolve looks a fact up by name from the front.
using Facts = JoinedFacts<SaleFacts, DoorFacts, BoxOfficeFacts, DisputeFacts, EventRefundFacts,
                          ExchangeFacts, ImportFacts, KeyFacts, OfflineFacts, QuestionFacts,
                          RefundFacts, ResendFacts, RoomFacts, TransferFacts, WaitingFacts>::Type;

}  // namespace bilten::api::ticket
