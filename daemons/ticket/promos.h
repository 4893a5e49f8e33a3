// The rules of promo codes: how a basket finds its own, and what it may do.
#pragma once

#include <optional>
#include <string>

#include "common/api/ticket_promos.h"
#include "common/api/ticket_sale_facts.h"
#include "common/service/handlers.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

struct FoundPromo {
  Id id;
  PromoRow row;
};

// The promo of a code, in whatever letters' case; nothing without a code. unknown_promo_code,
// promo_not_open, promo_over
Result<std::optional<FoundPromo>> find_promo(const Rows& rows, const Id& event_id,
                                             const std::optional<std::string>& code,
                                             UnixMillis now);
bool applies_to(const PromoTerms& terms, const Id& ticket_type_id);
// So many more tickets it would do for.
Error promo_exhausted(int64_t left);

// What an order uses of a code, and gives back.
void take_promo(Rows& rows, const std::optional<PromoUse>& use);
void return_promo(Rows& rows, const std::optional<PromoUse>& use);

// unknown_event, role_missing, invalid, unknown_ticket_type, code_taken, too_many_promo_codes
Decided<api::ticket::PromoView> decide_add_promo(const Rows& rows, const Context& context,
                                                 const api::ticket::AddPromo& message);
// unknown_promo_code, role_missing, invalid, unknown_ticket_type
Decided<api::ticket::PromoView> decide_change_promo(const Rows& rows, const Context& context,
                                                    const api::ticket::ChangePromo& message);
// For members. unknown_promo_code, role_missing
Result<api::ticket::PromoView> view_of_promo(const Rows& rows, const Person* person,
                                             const Id& promo_id);

void apply(Rows& rows, const api::ticket::PromoAdded& fact);
void apply(Rows& rows, const api::ticket::PromoChanged& fact);

}  // namespace bilten::ticket
