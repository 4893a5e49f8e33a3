// Settings of the user daemon.
#pragma once

#include "common/wire/field.h"

namespace bilten::user {

struct Config {
  bool demo = false;
  static constexpr auto fields() {
    return field_list(
        field("demo", &Config::demo)
            .or_default()
            .doc("Accounts are verified at sign-up: for trying things out, where no mail goes."));
  }
};

}  // namespace bilten::user
