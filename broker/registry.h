// Who serves what: peers, their claims on services, credit, and the choice among workers.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/bucket.h"
#include "broker/congestion.h"
#include "broker/health.h"
#include "broker/inflight.h"
#include "broker/latency.h"
#include "common/base/id.h"
#include "common/base/random.h"
#include "common/process/access.h"
#include "common/wire/control.h"

namespace bilten::broker {

// The connection: the number inside ROUTER's generated routing id; from kDialled on one that this
// broker opened to another (core.h).
using PeerId = uint64_t;
inline constexpr PeerId kDialled = PeerId{1} << 32;
inline bool is_dialled(PeerId peer) {
  return peer >= kDialled;
}

// Who stands behind a key, and what access.toml lets it do.
struct Principal {
  AccessRule rule;
  bool known = true;      // False: access.toml names it no more.
  uint32_t inflight = 0;  // Its requests that wait for an answer, over all its connections.
  uint32_t inflight_max = 0;
  Bucket pace;  // Its requests a second.
};

struct Claim;

// One connection that has said READY.
struct Peer {
  PeerId id = 0;
  Principal* principal = nullptr;
  std::string key;  // The public key it was let in by.
  PeerRole role = PeerRole::client;
  Id instance;
  int64_t incarnation = 0;
  std::string build;
  std::string name;  // Of a broker.
  SteadyMicros heartbeat_us = 0;
  SteadyMicros heard_at = 0;  // The last valid frame from it.
  SteadyMicros sent_at = 0;   // The last frame to it, or the last try.
  bool draining = false;      // It wants no new work.
  bool gone = false;          // Forgotten at the end of this step.
  uint32_t bad_frames = 0;    // Since bad_since.
  SteadyMicros bad_since = 0;
  int64_t routes_seq = -1;                     // Of the last ROUTES to it, or from it if dialled.
  uint32_t queue_ms = 0;                       // From its last heartbeat.
  ClientChain asked;                           // Requests it waits for.
  PlaceChain holds;                            // Requests it works on, or has abandoned.
  std::vector<std::unique_ptr<Claim>> claims;  // A retired one stays until its peer goes.
};

// A worker's claim on one service. `inflight` passes `credit` only after the worker lowered it.
// A remote one is of a worker that joined another broker, which has told of it in ROUTES: `peer` is
// that broker.
struct Claim {
  Peer* peer = nullptr;
  Service* service = nullptr;
  ServiceClaim told;  // As READY had it; told.credit follows CREDIT.
  Id instance;        // Of the worker.
  int64_t incarnation = 0;
  bool active = false;
  bool remote = false;
  bool draining = false;  // Of a remote worker; a local one's peer drains.
  bool drained = false;   // By a rule of an operator.
  uint32_t weight = 1;    // told.weight, or what a rule says.
  uint32_t inflight = 0;
  uint64_t full_in_round = 0;  // The choice that found its pipe full.
  Health health;
};

// Which of a service's workers may have a request.
struct Wanted {
  uint32_t shard = 0;             // 0: any.
  std::string_view version = {};  // A pin: exact ("1.2.0") or a prefix and a star ("1.2.*").
  // A canary's version, and whether the request is to go there or anywhere else.
  std::string_view canary = {};
  Lean lean = Lean::none;
};

// Which workers count: those of this broker, or other brokers' too.
enum class Reach : uint8_t { here, anywhere };

struct Service {
  std::string name;
  std::vector<Claim*> workers;  // Active claims of peers of this broker.
  std::vector<Claim*> remote;   // And of other brokers' workers.
  std::string contract_hash;    // Of whoever claimed it last.
  bool sharded = false;         // Some worker holds a part of the shards only.
  Queue queue;
  Congestion congestion;
  ServiceFigures figures;
  // Re-sends are paid from a fifth of the requests: one request earns 1, one re-send costs 5.
  uint32_t resend_budget = 50;
};

class Registry {
 public:
  static constexpr size_t kServicesMax = 1000;

  Service* find(std::string_view name);
  // Whether one more name than those known would be too many.
  bool has_room_for(std::string_view name) const;
  // The claims of others that `wanted` by `peer` cannot stand beside: an owner's shards are its
  // alone.
  std::vector<Claim*> rivals(const Peer& peer, const ServiceClaim& wanted);
  // Adds the claim, or replaces what the peer had said about the same service.
  Claim& claim(Peer& peer, const ServiceClaim& wanted);
  void retire(Claim& claim);
  void retire_all(Peer& peer);

  // All that another broker serves, as its ROUTES has it.
  void claim_remote(Peer& neighbour, const std::vector<Route>& routes);
  // A remote owner that `wanted` by `instance` cannot stand beside, or nullptr: one of a higher
  // epoch, or of another data folder and no lower one.
  const Claim* remote_owner_before(const ServiceClaim& wanted, const Id& instance) const;
  // A worker of this broker drains, has other credit or the like: neighbours should hear of it.
  void touch() { ++local_index_; }
  // And so should whoever watches.
  void changed() {
    ++index_;
    ++local_index_;
  }

  // The worker with the least (requests in flight + 1) / weight x (1 + 8 x failures) among those of
  // `claims` (a service's workers or remote) that fit, have credit, and whose breaker lets them; of
  // several owners of the shard the one with the highest epoch; chance among equals. A breaker is
  // passed over where it would leave nobody, and a canary's lean where its side has nobody free.
  // Those whose pipe was full in this `round` are left out; nullptr: none.
  static Claim* choose(const std::vector<Claim*>& claims, const Wanted& wanted, SteadyMicros now,
                       Random& random, uint64_t round);
  // The worker of this broker with that instance, or nullptr.
  Claim* worker(std::string_view service, const Id& instance);
  // Whether the worker takes work and has credit left.
  static bool has_room(const Claim& claim);
  // Why nobody will take such a request, be it after a wait: no_service (nobody, or not that
  // shard), version, draining, circuit_open (a pinned version whose breakers are all open, beside
  // workers that are well); ok otherwise.
  static Code availability(const Service& service, const Wanted& wanted, SteadyMicros now,
                           Reach reach);
  // The peer's active claim, or nullptr.
  static Claim* claim_of(Peer& peer, std::string_view service);

  const std::map<std::string, Service, std::less<>>& services() const { return services_; }
  std::map<std::string, Service, std::less<>>& services() { return services_; }
  int64_t index() const { return index_; }  // Rises with every change of who serves what.
  int64_t local_index() const { return local_index_; }  // With those of this broker's workers.

 private:
  std::map<std::string, Service, std::less<>> services_;  // A service stays when its workers go.
  int64_t index_ = 0, local_index_ = 0;
};

// Whether two claims on one service have shards in common.
bool overlap(const ServiceClaim& a, const ServiceClaim& b);

// Whether a new owner may push out the one that stands: raised by an operator, or the same data
// folder opened again later. Another folder or an older opening may not.
bool takes_over(const Peer& newer, const ServiceClaim& wanted, const Claim& holder);

}  // namespace bilten::broker
