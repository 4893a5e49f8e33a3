// What is said to a buyer's bank: the words of the evidence, made of what the ticket service knows.
// Pure.
#pragma once

#include <string>

#include "common/api/ticket_evidence.h"
#include "common/base/money.h"
#include "daemons/payment/provider_reports.h"

namespace bilten::payment {

// `more`: what staff says besides. Each part is within the port's bounds: of tickets that were let
// in more often than there is room for, the last admissions are left out, and it says so.
Evidence evidence_of(const api::ticket::OrderEvidence::Answer& order, const Money& paid,
                     const std::string& more);

}  // namespace bilten::payment
