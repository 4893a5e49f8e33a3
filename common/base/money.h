// Money: whole minor units and an ISO 4217 code, never a floating number. The currency says how
// many decimals a minor unit has (JPY 0, EUR 2, KWD 3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bilten {

// The largest amount Bilten handles: 10^15 minor units, far inside int64 even after adding many.
inline constexpr int64_t kMoneyMax = 1'000'000'000'000'000;

struct Money {
  int64_t amount = 0;    // Minor units.
  std::string currency;  // "EUR"
  bool operator==(const Money&) const = default;
};

// How many decimals the currency has, or nothing if ISO 4217 (2024) does not list it.
std::optional<int> currency_decimals(std::string_view currency);

// Sums and products that refuse to pass kMoneyMax in either direction.
std::optional<int64_t> add_amounts(int64_t a, int64_t b);
std::optional<int64_t> multiply_amount(int64_t amount, int64_t times);

// "12.50 EUR", "1250 JPY": for people; machines get minor units.
std::string to_text(const Money& money);

}  // namespace bilten
