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
                                 {"keys rotated", &Coverage::keys_rotated}});
  }
  void add(const Coverage& other) {
    for (const auto& [name, count] : list()) this->*count += other.*count;
  }
};

}  // namespace bilten::sim
