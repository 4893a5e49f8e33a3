// The platform's fees: policies in versions, of which an order keeps the one it was made under.
#pragma once

#include <vector>

#include "common/api/payment_fees.h"
#include "common/api/ticket_sale_facts.h"
#include "common/service/handlers.h"
#include "daemons/payment/fee_rows.h"

namespace bilten::payment {

// What the platform takes of these lines, in minor units: line by line, the rate of what the
// tickets cost after discounts and the fixed part of each, no more than the cap allows and than
// they cost. Tickets that cost nothing bear none.
int64_t fee_of(const FeeTerms& terms, const std::vector<api::ticket::Line>& lines);

// The version in force for the organisation; 0: there is none, and no fee.
int64_t current_fee_version(const Rows& rows, const Id& organization_id, std::string_view currency);
// The terms of a version; of 0, no fee at all.
FeeTerms fee_terms(const Rows& rows, int64_t version);

Decided<api::payment::FeePolicyView> decide_set_fee_policy(
    const Rows& rows, const Context& context, const api::payment::SetFeePolicy& message);

void apply(Rows& rows, const api::payment::FeePolicySet& fact);

}  // namespace bilten::payment
