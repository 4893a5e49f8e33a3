#include "tests/unit/service/raffle_service.h"

#include "tests/unit/service/raffle_core.h"

namespace bilten::raffle {

namespace {

Result<RaffleView> show(const Reader& reader, const Raffle& message) {
  const auto row = reader.rows.find<RaffleRow>(message.raffle_id.view());
  if (!row) return Error{Code::not_found, "unknown_raffle", "There is no such raffle."};
  return view(message.raffle_id, *row);
}

}  // namespace

Service service() {
  return {.name = "raffle",
          .doc = "Raffles of organisations.",
          .facts = describe_facts<Fact>(),
          .table =
              {
                  command<Open>("raffle.open", decide_open),
                  command<Enter>("raffle.enter", decide_enter),
                  query<Raffle>("raffle.raffle", show),
                  reaction<api::user::MemberJoined>("user.member_joined", decide_joined),
                  timer("raffle.close", decide_close),
              },
          .evolve = evolve};
}

}  // namespace bilten::raffle
