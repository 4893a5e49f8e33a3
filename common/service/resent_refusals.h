// Refusals of calls that were sent more than once. An earlier copy of such a call may still be on
// its way (behind a broker that was given up for lost), and when it arrives it must not do what its
// caller has been told was refused. What recorded facts has its stored answer instead, and another
// call under the same key is a new attempt, which is heard.
// Kept in memory: a restart forgets them, as it ends the connections that copies come by.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>

#include "common/service/request.h"

namespace bilten {

class ResentRefusals {
 public:
  static constexpr SteadyMicros kKept = 60'000'000;  // A copy later than that is not waited for.
  static constexpr size_t kMax = 4096;               // The oldest goes for the next.

  void add(SteadyMicros now, const Request& request, const Error& error);
  // Nothing happened: as if it had not been added.
  void forget(const std::string& key) { kept_.erase(key); }
  // What a later copy of the same call was refused with; null: nothing is known.
  const Error* find(SteadyMicros now, const Request& request) const;

 private:
  struct Kept {
    uint64_t call = 0;
    Error error;
    SteadyMicros until = 0;
  };
  std::unordered_map<std::string, Kept> kept_;  // By idempotency key.
  std::deque<std::string> oldest_first_;        // Keys, of which some are kept no more.
};

}  // namespace bilten
