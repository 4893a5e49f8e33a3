// Whether a webhook comes from Stripe: its header says when it was signed and with what, an
// HMAC-SHA256 over "time.body" under a secret that only Stripe and we know. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten::payment::stripe {

// How far the time of the signature may lie from now, either way: what was overheard is of no use
// later. Stripe signs each repetition anew.
inline constexpr int64_t kToleranceMs = 300'000;

// `header` is Stripe-Signature ("t=1492774577,v1=5257a8...,v1=..."): while a secret is rolled there
// are several, and several `secrets` here; one pair that fits is enough. Refusals, both
// Code::unauthenticated: bad_signature; and webhook_too_old, of what Stripe did sign.
Status check_signature(std::string_view header, std::string_view body,
                       const std::vector<std::string>& secrets, UnixMillis now);

}  // namespace bilten::payment::stripe
