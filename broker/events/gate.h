// Judges publications: whether one is well formed, whether its sender may speak for its topic, and
// who hears it. No socket, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/process/access.h"

namespace bilten::events {

// libzmq 4.3.4 mis-encodes subscriptions from 246 bytes on.
inline constexpr size_t kTopicMax = 200;

// `fact` goes to daemons, `operations` (topics ops., metric. and log.) to operators; a stranger's
// and a malformed publication are dropped and counted.
enum class Verdict : uint8_t { fact, operations, stranger, malformed };

class Gate {
 public:
  void set_access(const std::vector<AccessRule>& rules);

  // `principal` is the User-Id of the publication's frame, never a word of its content.
  // The frame: topic, a zero byte, and a BMP frame with command EVENT.
  Verdict judge(std::string_view principal, std::string_view publication);
  // Of another machine's bilten-events, which has judged whose word it is.
  Verdict judge_relayed(std::string_view publication);

  uint64_t passed() const { return passed_; }
  uint64_t relayed() const { return relayed_; }
  uint64_t malformed() const { return malformed_; }
  uint64_t strangers() const;
  const std::map<std::string, uint64_t, std::less<>>& strangers_by_principal() const {
    return strangers_;
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> may_publish_;
  std::map<std::string, uint64_t, std::less<>> strangers_;  // Of principals that ZAP let in.
  uint64_t passed_ = 0, relayed_ = 0, malformed_ = 0;
};

// "ticket." speaks for every topic below it, "wm.ticket" for itself alone.
bool speaks_for(const std::vector<std::string>& prefixes, std::string_view topic);

}  // namespace bilten::events
