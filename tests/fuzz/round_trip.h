// Any bytes are refused as a T, or decode into one that encodes to a value which decodes alike.
#pragma once

#include <string_view>

#include "common/base/check.h"
#include "common/wire/contract.h"

template <bilten::Described T>
void check_round_trip(std::string_view bytes) {
  const auto value = bilten::decode<T>(bytes);
  if (!value) return;
  const auto packed = bilten::encode(*value);
  const auto again = bilten::decode<T>(packed);
  CHECK_INVARIANT(again && bilten::encode(*again) == packed);
}
