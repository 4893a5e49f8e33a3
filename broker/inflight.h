// One request between its arrival and its end, the wheel that wakes it when its time is up, and the
// queue of those that wait for a worker.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "broker/slab.h"
#include "common/base/clock.h"
#include "common/net/socket.h"
#include "common/wire/frame.h"

namespace bilten::broker {

struct Peer;
struct Claim;
struct Service;

// `arriving`: in nobody's hands. `held`: kept back by a fault rule. `abandoned`: its client has
// been answered, or is gone; the worker still owes an answer, and the credit stays taken until that
// comes or kAbandonedMicros have passed.
enum class Stage : uint8_t { arriving, held, queued, sent, abandoned };

// Where a canary rule has drawn a request to.
enum class Lean : uint8_t { none, towards, away };

struct InFlight {
  Stage stage = Stage::arriving;
  bool resent = false;
  bool forwarded = false;  // Came from another broker: for a worker of this one, or nobody.
  uint16_t flags = 0;
  uint8_t urgency = 0;  // Which lane of the queue, 0 first.
  Lean lean = Lean::none;
  bool is_copy = false;  // A mirror's: nobody waits for it, nothing is judged by it.
  uint32_t shard = 0;
  std::string pin;         // The version wanted; empty: any.
  Peer* client = nullptr;  // Nobody: an answer is dropped (oneway, abandoned).
  uint64_t client_id = 0;  // The id by which the client knows it.
  Service* service = nullptr;
  Claim* holder = nullptr;  // The worker's claim that the credit was taken from.
  SteadyMicros since = 0;   // In its stage, if queued or sent.
  SteadyMicros arrived_at = 0;
  SteadyMicros expires_at = 0;  // The client's budget ends.
  SteadyMicros due_at = 0;      // The wheel looks at it.
  uint32_t spoke = kNone;       // Of the wheel; kNone: on none.
  net::Message frame;           // While queued; later, what may be sent once more.
  Links of_client, of_place, of_wheel;
};

using Requests = Slab<InFlight>;
using ClientChain = Chain<InFlight, &InFlight::of_client>;
using PlaceChain = Chain<InFlight, &InFlight::of_place>;  // In a lane, or at a worker.

// What is left of a budget, rounded up, at least 1.
uint32_t left_ms(SteadyMicros expires_at, SteadyMicros now);

// Deadlines by spokes of 4 ms: never early, at most one spoke late. Adding and removing are O(1).
class Wheel {
 public:
  void set(Requests& requests, uint32_t slot, SteadyMicros due_at);
  void remove(Requests& requests, uint32_t slot);
  // Appends the tokens of all that are due.
  void collect(Requests& requests, SteadyMicros now, std::vector<uint64_t>& due);
  // When collect() may next have something; INT64_MAX: nothing stands here.
  SteadyMicros next_due() const;

 private:
  static constexpr SteadyMicros kSpokeMicros = 4000;
  static constexpr uint32_t kSpokes = 2048;  // One turn is 8 s; longer waits stay for another turn.

  std::array<Chain<InFlight, &InFlight::of_wheel>, kSpokes> spokes_;
  std::array<uint64_t, kSpokes / 64> filled_{};
  int64_t turned_ = 0;  // The last spoke that was looked at, counted from time zero.
  uint32_t size_ = 0;
};

// Requests of one service that wait for credit: scans and payments first, bulk last.
class Queue {
 public:
  static uint8_t urgency_of(Class request_class);
  void push(Requests& requests, uint32_t slot);
  void remove(Requests& requests, uint32_t slot);
  // The oldest of the most urgent; kNone when empty.
  uint32_t front() const;
  // The one that comes after `slot`; kNone: it was the last.
  uint32_t after(Requests& requests, uint32_t slot) const;
  // How long the one that came first has waited; 0 when empty.
  SteadyMicros oldest_wait(Requests& requests, SteadyMicros now) const;
  // The oldest of those that make way when the queue stands: bulk, then normal; kNone: none.
  uint32_t sheddable() const;
  // The newest of the least urgent lane, if that is less urgent than `urgency`; or kNone.
  uint32_t less_urgent_than(uint8_t urgency) const;
  uint32_t size() const { return size_; }
  uint32_t pinned() const { return pinned_; }  // Those that want a certain version.

 private:
  std::array<PlaceChain, 3> lanes_;
  uint32_t size_ = 0, pinned_ = 0;
};

}  // namespace bilten::broker
