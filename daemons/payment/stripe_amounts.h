// Amounts as Stripe counts them. They are ISO 4217's minor units but for a few currencies, and for
// some not every amount can be charged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/money.h"
#include "common/base/result.h"

namespace bilten::payment::stripe {

struct Amount {
  int64_t units = 0;
  std::string currency;  // Lower case.
};

// Refused (Code::invalid, reason "amount_not_chargeable"): an amount that Stripe cannot express
// exactly (a fraction of an ariary, the last digit of a dinar's thousandths), or a currency with
// four decimals.
Result<Amount> amount_of(const Money& money);

// What Stripe says, in our units. Refused (Code::invalid, reason "unknown_amount"): a currency that
// we do not know, an amount beyond kMoneyMax, or one that is no whole number of our minor units.
Result<Money> money_of(int64_t units, std::string_view currency);

}  // namespace bilten::payment::stripe
