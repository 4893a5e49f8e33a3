// Answers that guests share: of public reads that many ask at the same time, as thousands do of an
// event's availability when its sale opens. One of them asks the mesh, the others are given what it
// was told; an answer is at most `fresh_ms` old, unless the service cannot answer just now: then
// the last one is given, for as long as `kept_s` (RFC 5861, stale-if-error). Any thread.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "common/base/clock.h"
#include "common/process/metrics.h"
#include "gateway/http.h"

namespace bilten::gateway {

struct SharedTimes {
  uint32_t fresh_ms = 250;
  uint32_t kept_s = 60;
};

class SharedAnswers {
 public:
  SharedAnswers(SharedTimes times, const Clock& clock);

  // `target` is the path with its query. `ask` is called where no fresh answer is known and nobody
  // is asking for it just now; of its answers those with status 200 are shared.
  Response find_or_ask(const std::string& target, const std::function<Response()>& ask);
  // The last answer, with its Age, if it is not too old: for when there is nobody to ask.
  std::optional<Response> find_kept(const std::string& target);

 private:
  struct Entry {
    std::shared_ptr<const Response> answer;
    SteadyMicros at = 0;  // When it was asked for.
    bool asking = false;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Entry> entries;
  };
  Shard& shard_of(const std::string& target);
  // Whether nobody else is asking; what is known and good enough meanwhile.
  bool begin(const std::string& target, SteadyMicros now, Entry& known);
  void keep(const std::string& target, SteadyMicros now, const Response& response);
  void forget_old(Shard& shard, SteadyMicros now) const;
  bool is_fresh(const Entry& entry, SteadyMicros now) const;
  bool is_kept(const Entry& entry, SteadyMicros now) const;

  const SharedTimes times_;
  const Clock& clock_;
  std::array<Shard, 16> shards_;
  Counter fresh_, kept_;
};

}  // namespace bilten::gateway
