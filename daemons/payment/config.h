// [payment]: how money comes in.
#pragma once

#include <string>

#include "common/wire/field.h"

namespace bilten::payment {

enum class ProviderName : uint8_t { none, sandbox };
constexpr auto names_of(ProviderName) {
  return std::array<std::string_view, 2>{"none", "sandbox"};
}

struct Config {
  ProviderName provider = ProviderName::none;
  static constexpr auto fields() {
    return field_list(
        field("provider", &Config::provider)
            .or_default()
            .doc("Who takes cards. sandbox: nobody; whoever presses a button has paid, for trying "
                 "things out, never where tickets are real."));
  }
};

}  // namespace bilten::payment
