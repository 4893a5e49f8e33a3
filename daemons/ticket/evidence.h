// What an order's money may be fought over with: what was bought, and who was let in when.
#pragma once

#include "common/api/ticket_evidence.h"
#include "common/service/handlers.h"

namespace bilten::ticket {

// unknown_order
Result<api::ticket::OrderEvidence::Answer> order_evidence(
    const Reader& reader, const api::ticket::OrderEvidence& message);

}  // namespace bilten::ticket
