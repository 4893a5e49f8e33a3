#include "common/base/money.h"

#include <algorithm>

namespace bilten {
namespace {

// Three letters each, in alphabetical order. Funds, metals and test codes are left out: nothing is
// sold in them.
constexpr std::string_view kZero = "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXUYIVNDVUVXAFXOFXPF";
constexpr std::string_view kThree = "BHDIQDJODKWDLYDOMRTND";
constexpr std::string_view kFour = "CLFUYW";
constexpr std::string_view kTwo =
    "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCNYCOPCRCCUPCVE"
    "CZKDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGTQGYDHKDHNLHTGHUFIDRILSINRIRRJMDKESKGSKHRKPWKYD"
    "KZTLAKLBPLKRLRDLSLMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMYRMZNNADNGNNIONOKNPRNZDPABPENPGKPHPPKR"
    "PLNQARRONRSDRUBSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTOPTRYTTDTWDTZSUAHUSDUYU"
    "UZSVEDVESWSTXCDYERZARZMWZWG";

bool lists(std::string_view codes, std::string_view currency) {
  for (size_t at = 0; at + 3 <= codes.size(); at += 3) {
    if (codes.substr(at, 3) == currency) return true;
  }
  return false;
}

std::optional<int64_t> within_money(int64_t value) {
  if (value > kMoneyMax || value < -kMoneyMax) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int> currency_decimals(std::string_view currency) {
  if (currency.size() != 3) return std::nullopt;
  if (lists(kTwo, currency)) return 2;
  if (lists(kZero, currency)) return 0;
  if (lists(kThree, currency)) return 3;
  if (lists(kFour, currency)) return 4;
  return std::nullopt;
}

std::optional<int64_t> add_amounts(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return within_money(sum);
}

std::optional<int64_t> multiply_amount(int64_t amount, int64_t times) {
  int64_t product = 0;
  if (__builtin_mul_overflow(amount, times, &product)) return std::nullopt;
  return within_money(product);
}

std::string to_text(const Money& money) {
  const auto decimals = static_cast<size_t>(currency_decimals(money.currency).value_or(0));
  const bool negative = money.amount < 0;
  auto digits = std::to_string(negative ? -money.amount : money.amount);
  if (decimals > 0) {
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - decimals, ".");
  }
  return (negative ? "-" : "") + digits + " " + money.currency;
}

}  // namespace bilten
