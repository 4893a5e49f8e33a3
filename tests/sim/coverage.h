// What runs came upon, to be sure that the simulator goes where it is meant to go.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

namespace bilten::sim {

struct Coverage {
  uint64_t forwarded = 0;    // Requests given to another broker's workers.
  uint64_t queued = 0;       // Requests that waited for a worker.
  uint64_t resent = 0;       // By a broker, after a worker was lost.
  uint64_t worker_lost = 0;  // Requests that ended so.
  uint64_t fenced = 0;       // Owners that had to go, or were not let in.
  uint64_t failed_over = 0;  // Calls that a client sent to a second broker.
  uint64_t drained = 0;      // Processes that stopped in order, with nothing left.
  uint64_t neighbours_lost = 0;
  uint64_t refunded = 0;  // Orders given back, whole or in part.
  uint64_t by_promo = 0;  // Orders with a discount of the promo code.
  uint64_t sold_out = 0;  // Orders that were refused so.
  uint64_t keys_rotated = 0;
  uint64_t captured = 0;    // Intents that the provider took money for.
  uint64_t calls_lost = 0;  // Of the provider: not carried out, late, or unheard.
  uint64_t hooks_lost = 0;
  uint64_t forged = 0;            // Webhooks that were refused so.
  uint64_t paid_too_late = 0;     // Money that bought nothing.
  uint64_t paid_twice = 0;        // Of it, for an order that was paid.
  uint64_t held_for_review = 0;   // Money of another amount or currency.
  uint64_t paid_back = 0;         // By the provider, as we asked.
  uint64_t refunds_failed = 0;    // By the provider.
  uint64_t refunds_bounced = 0;   // Of these: after they had gone.
  uint64_t refunded_by_hand = 0;  // At the provider.
  uint64_t disputed = 0;
  uint64_t by_staff = 0;      // What staff did about money.
  uint64_t payouts_made = 0;  // By hand, beside those that are due by themselves.
  uint64_t payouts_sent = 0;
  uint64_t payouts_failed = 0;
  uint64_t differences = 0;  // Between the ledger and a report that is wrong.
  uint64_t own_settled = 0;  // Money in the organiser's own account, each time it is looked at.

  static constexpr auto list() {
    using Named = std::pair<const char*, uint64_t Coverage::*>;
    return std::to_array<Named>({{"forwarded", &Coverage::forwarded},
                                 {"queued", &Coverage::queued},
                                 {"resent", &Coverage::resent},
                                 {"worker lost", &Coverage::worker_lost},
                                 {"fenced", &Coverage::fenced},
                                 {"failed over", &Coverage::failed_over},
                                 {"drained", &Coverage::drained},
                                 {"neighbours lost", &Coverage::neighbours_lost},
                                 {"refunded", &Coverage::refunded},
                                 {"by promo code", &Coverage::by_promo},
                                 {"sold out", &Coverage::sold_out},
                                 {"keys rotated", &Coverage::keys_rotated},
                                 {"captured", &Coverage::captured},
                                 {"provider's calls lost", &Coverage::calls_lost},
                                 {"webhooks lost", &Coverage::hooks_lost},
                                 {"forged", &Coverage::forged},
                                 {"paid too late", &Coverage::paid_too_late},
                                 {"paid twice", &Coverage::paid_twice},
                                 {"held for review", &Coverage::held_for_review},
                                 {"paid back", &Coverage::paid_back},
                                 {"refunds failed", &Coverage::refunds_failed},
                                 {"refunds bounced", &Coverage::refunds_bounced},
                                 {"refunded by hand", &Coverage::refunded_by_hand},
                                 {"disputed", &Coverage::disputed},
                                 {"by staff", &Coverage::by_staff},
                                 {"payouts made by hand", &Coverage::payouts_made},
                                 {"payouts sent", &Coverage::payouts_sent},
                                 {"payouts failed", &Coverage::payouts_failed},
                                 {"differences", &Coverage::differences},
                                 {"own account settled", &Coverage::own_settled}});
  }
  void add(const Coverage& other) {
    for (const auto& [name, count] : list()) this->*count += other.*count;
  }
};

}  // namespace bilten::sim
