// What the raffle service remembers.
#pragma once

#include "common/api/user.h"
#include "common/store/rows.h"
#include "tests/unit/service/raffle_api.h"

namespace bilten::raffle {

// One raffle, by its id. It is never erased.
struct RaffleRow {
  static constexpr std::string_view table = "raffle";
  Id organization_id;
  Instant closes_at;
  int64_t entries = 0, wrong_guesses = 0;
  api::raffle::State state = api::raffle::State::open;
  int64_t winner = 0;  // 0: none (yet).
  static constexpr auto fields() {
    return field_list(field("organization_id", &RaffleRow::organization_id),
                      field("closes_at", &RaffleRow::closes_at),
                      field("entries", &RaffleRow::entries, between(0, 1'000'000)),
                      field("wrong_guesses", &RaffleRow::wrong_guesses, between(0, INT64_MAX)),
                      field("state", &RaffleRow::state),
                      field("winner", &RaffleRow::winner, between(0, 1'000'000)));
  }
};

// The open raffle of an organisation, by organisation and raffle id.
struct OpenRaffle {
  static constexpr std::string_view table = "open_raffle";
  static constexpr auto fields() { return field_list(); }
};

}  // namespace bilten::raffle
