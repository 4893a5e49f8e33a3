#include "tests/sim/session_checks.h"

#include <map>

#include "common/api/payment_facts.h"

namespace bilten::sim {

using namespace api::payment;

namespace {

template <class Fact>
bool ends(const JournalFact& fact, std::map<Id, Id>& open) {
  if (fact.name != Fact::name) return false;
  const auto ended = *decode<Fact>(fact.body);
  const auto found = open.find(ended.order_id);
  if (found != open.end() && found->second == ended.payment_id) open.erase(found);
  return true;
}

}  // namespace

void check_sessions(World& world, Daemon& payment) {
  const auto facts = payment.store().snapshot()->journal(0, SIZE_MAX, false);
  if (!facts) return world.fail(facts.error().detail);
  std::map<Id, Id> open;  // By order: its payment.
  for (const auto& fact : *facts) {
    if (ends<CancelWanted>(fact, open) || ends<Failed>(fact, open) || ends<Captured>(fact, open) ||
        ends<HeldForReview>(fact, open) || fact.name != Wanted::name) {
      continue;
    }
    const auto wanted = *decode<Wanted>(fact.body);
    if (!open.emplace(wanted.order_id, wanted.payment_id).second) {
      world.fail("an order has two payments that can be made");
    }
  }
}

}  // namespace bilten::sim
