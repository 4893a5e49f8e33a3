// Promo codes: how a basket finds its own, and what it may do.
#pragma once

#include <optional>
#include <string>

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

}  // namespace bilten::ticket
