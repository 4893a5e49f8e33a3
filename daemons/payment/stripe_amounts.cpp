#include "daemons/payment/stripe_amounts.h"

#include "common/base/text.h"

namespace bilten::payment::stripe {
namespace {

// Stripe's units in one of ours are `times` / `parts`; what is sent is a multiple of `step`.
struct Scale {
  int64_t times = 1, parts = 1, step = 1;
};

std::optional<Scale> scale_of(std::string_view currency) {
  // Without decimals in ISO 4217; Stripe keeps two for these, and takes whole ones only.
  if (currency == "ISK" || currency == "UGX") return Scale{.times = 100, .step = 100};
  // With two decimals in ISO 4217; Stripe counts whole ariary.
  if (currency == "MGA") return Scale{.parts = 100};
  const auto decimals = currency_decimals(currency);
  if (!decimals || *decimals > 3) return std::nullopt;
  // The card networks take no thousandths of a dinar: the last digit must be 0.
  return *decimals == 3 ? Scale{.step = 10} : Scale{};
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace

Result<Amount> amount_of(const Money& money) {
  const auto scale = scale_of(money.currency);
  const auto scaled = scale ? multiply_amount(money.amount, scale->times) : std::nullopt;
  if (!scaled || *scaled % scale->parts != 0 || *scaled / scale->parts % scale->step != 0) {
    return Error{Code::invalid, "amount_not_chargeable",
                 to_text(money) + " cannot be charged by Stripe: choose a price in whole " +
                     (scale ? "units of what it takes" : "units of another currency")};
  }
  return Amount{*scaled / scale->parts, lower_ascii(money.currency)};
}

Result<Money> money_of(int64_t units, std::string_view currency) {
  const auto ours = upper(currency);
  const auto scale = scale_of(ours);
  const auto scaled = scale ? multiply_amount(units, scale->parts) : std::nullopt;
  if (!scaled || *scaled % scale->times != 0) {
    return Error{Code::invalid, "unknown_amount",
                 std::to_string(units) + " " + ours + " is no amount that we know"};
  }
  return Money{*scaled / scale->times, ours};
}

}  // namespace bilten::payment::stripe
