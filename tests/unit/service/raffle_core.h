// The rules of raffles: what may happen (decide_*) and what it changes (evolve).
#pragma once

#include "common/service/handlers.h"
#include "tests/unit/service/raffle_rows.h"

namespace bilten::raffle {

using namespace api::raffle;

inline constexpr int64_t kEntriesMax = 1'000'000;

// Refusals: closes_in_the_past, not_a_manager (rests on user).
Decided<RaffleView> decide_open(const Rows& rows, const Context& context, const Open& message);
// Refusals: unknown_raffle, raffle_closed. A wrong guess is recorded and refused: wrong_guess.
Decided<Enter::Answer> decide_enter(const Rows& rows, const Context& context, const Enter& message);
// Who joins an organisation takes part in its open raffles, at most 20 of them.
Effects decide_joined(const Rows& rows, const Context& context,
                      const api::user::MemberJoined& fact);
// The raffle's time is over: draws the winner.
Effects decide_close(const Rows& rows, const Context& context, std::string_view raffle_id);

void evolve(Rows& rows, std::string_view name, std::string_view body);

RaffleView view(const Id& id, const RaffleRow& row);

}  // namespace bilten::raffle
