// What is said to a buyer's bank: the words of the evidence, made of what the ticket service knows.
// Pure.
#pragma once

#include <string>

#include "common/api/payment_evidence.h"
#include "common/base/money.h"
#include "daemons/payment/provider_reports.h"

namespace bilten::payment {

// `refunds`: what of the payment went back before; `more`: what staff says besides. Each part is
// within the port's bounds: of tickets that were let in more often than there is room for, the last
// admissions are left out, and it says so.
Evidence evidence_of(const api::ticket::OrderEvidence::Answer& order, const Money& paid,
                     const std::vector<api::payment::EvidenceRefund>& refunds,
                     const std::string& more);

}  // namespace bilten::payment
