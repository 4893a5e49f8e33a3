// The calls of a process that have not ended: their ids, deadlines and the rules for sending one
// again. Every call that enters leaves exactly once, by end() or by its deadline.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/net/mesh.h"

namespace bilten::net {

struct PendingCall {
  enum class State : uint8_t { ended, waiting, resting, sent };

  uint64_t id = 0;
  State state = State::ended;
  Call call;
  std::string ext;  // Packed once.
  OnAnswer done;
  SteadyMicros started_at = 0, deadline = 0;
  SteadyMicros wake_at = 0;     // Deadline, or when a resting call is sent again.
  SteadyMicros refused_at = 0;  // Since when no socket would take it; 0: one did.
  uint32_t link = 0;            // Where it was sent.
  uint32_t chunks = 0;          // Parts of the answer that have come.
  uint8_t sends = 0;
  bool maybe_ran = false;  // An earlier send was lost with its link.
};

struct EndedCall {
  OnAnswer done;
  Answer answer;
};

class MeshCalls {
 public:
  // More than the broker lets one principal have under way; beyond it calls end as no_capacity.
  static constexpr size_t kMax = 65'536;
  // A call on the wire may outlive its budget by this much: the broker knows better whether it ran.
  static constexpr SteadyMicros kGraceUs = 25'000;
  static constexpr uint8_t kSendsMax = 5;
  static constexpr SteadyMicros kServiceWaitUs = 4'000'000;
  static constexpr SteadyMicros kRefusedUs = 1'000'000;

  MeshCalls(size_t links, Random& random);

  // The new call, in state waiting; null: it has ended already, for the reason in ended().
  PendingCall* add(SteadyMicros now, Call call, OnAnswer done);
  PendingCall* find(uint64_t id);
  void end(PendingCall& call, Answer answer);
  void end(PendingCall& call, Error error);

  // The broker answered with a refusal: rests to be sent again, or ends with it.
  void refuse(SteadyMicros now, PendingCall& call, Error error);
  // The socket would not take it: rests a little; ends as no_capacity if that lasts.
  void block(SteadyMicros now, PendingCall& call);
  // Its link is gone, and the answer with it: true if it may be sent again.
  bool lose(PendingCall& call);
  void mark_sent(PendingCall& call, uint32_t link);

  // Ends what is past its deadline; answers the resting calls that are due to be sent.
  std::vector<PendingCall*> wake(SteadyMicros now);
  SteadyMicros next_wake() const;

  template <class Visit>
  void each(Visit visit) {
    for (auto& call : slots_) {
      if (call.state != PendingCall::State::ended) visit(call);
    }
  }
  size_t size() const { return slots_.size() - free_.size(); }
  // Sent on this link and not answered.
  uint32_t sent_on(uint32_t link) const { return sent_on_[link]; }
  std::vector<EndedCall>& ended() { return ended_; }

 private:
  void move_to(PendingCall& call, PendingCall::State state);
  void sleep_until(PendingCall& call, SteadyMicros at);
  void expire(PendingCall& call);
  std::optional<SteadyMicros> pause_before_retry(SteadyMicros now, const PendingCall& call,
                                                 const Error& error);

  Random& random_;
  std::deque<PendingCall> slots_;  // Id modulo kMax is the slot, so finding one is one look.
  std::vector<uint32_t> free_;
  std::vector<uint32_t> sent_on_;  // By link.
  uint64_t next_turn_;  // The upper part of ids: never twice in a process, and random at start.
  std::map<int64_t, std::vector<uint64_t>> alarms_;  // Time slice -> ids; some have ended since.
  std::vector<EndedCall> ended_;
};

}  // namespace bilten::net
