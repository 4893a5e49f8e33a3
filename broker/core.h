// The broker as a pure state machine: frames and time come in, frames go out through Outside. No
// socket, clock, thread or file; the shell (broker.h) and the simulator drive the same code.
//
// A request ends exactly once: by its worker's answer, by an error of the broker's, or with its
// client. What the broker forwards it patches in place (id, ttl, principal, flags) and moves; it
// never opens a body but its own control frames'.
//
// Other brokers: each link that this one dialled is a peer like any other, whose claims are what
// its ROUTES told. A request that no worker here may take goes to one of those, one hop and no
// further (docs/protocol.md, section 13).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/counters.h"
#include "broker/neighbour.h"
#include "broker/registry.h"
#include "broker/tap.h"
#include "broker/traffic.h"
#include "common/base/random.h"
#include "common/net/socket.h"
#include "common/net/zap.h"
#include "common/wire/frame.h"

namespace bilten::broker {

// What the core needs of the world around it.
class Outside {
 public:
  virtual ~Outside() = default;
  // Never blocks; takes the bytes on Sent::ok only. `gone` means: this connection is no more.
  virtual net::Sent send(PeerId peer, net::Message& message) = 0;
  // The name that the peer's key stands for, "" for none. Asked once a READY.
  virtual std::string principal_of(PeerId peer, const net::Message& message) = 0;
  // The public key that the peer was let in by, asked with its name; "": no door of ours did.
  virtual std::string key_of(const net::Message&) { return {}; }
  virtual UnixMillis wall_ms() = 0;
  // Open a new connection to the neighbour of that number, whose frames come from and go to `as`;
  // close it. A broker without neighbours never asks.
  virtual void dial(uint32_t /*neighbour*/, PeerId /*as*/) {}
  virtual void hang_up(uint32_t /*neighbour*/) {}
  // Something that an operator may want to read in the log; never one a message.
  virtual void note(std::string_view what, std::string_view principal, std::string_view detail) = 0;
  // What the process keeps beside the core, for those who look at it: the broker's span of a
  // sampled request (its times are not filled in yet), the answer to $mesh.trace, its own metrics.
  virtual void keep(const Span& /*span*/, SteadyMicros /*began*/, SteadyMicros /*ended*/) {}
  virtual Result<std::string> trace(std::string_view /*question*/) {
    return encode(mesh::TraceAnswer{});
  }
  virtual std::string process_metrics() { return {}; }
};

// An error whose reason is its code's own word.
Error refusal(Code code, std::string why);

struct CoreOptions {
  std::string name = "broker";
  std::string build;
  Id broker;
  int64_t incarnation = 0;       // Unix ms of the start.
  uint32_t heartbeat_ms = 1000;  // At most; a peer may ask for shorter.
  uint32_t liveness = 3;         // Silent intervals until a peer is given up.
  uint32_t probe_ms = 250;       // A worker that holds requests hears from us this often.
  uint32_t queue_max = 1024;     // Waiting requests of one service.
  uint32_t queue_wait_ms = 500;
  uint32_t inflight_max = 65'536;
  uint32_t inflight_per_principal = 1024;
  uint32_t peers_max = 4096;
  std::vector<net::Address> neighbours = {};  // Brokers to dial, at most kNeighboursMax.
};

class Core {
 public:
  Core(CoreOptions options, Random& random, Outside& outside);

  // Who may do what, at the start and whenever the file changes: who lost a right that it uses is
  // parted with.
  void set_access(SteadyMicros now, const std::vector<AccessRule>& rules);
  // The public keys that are still good: whoever came in by another is parted with.
  void keep_keys(SteadyMicros now, const net::Guests& guests);
  // To be called as the broker wakes, before it receives. Peers to whom it was silent for so long
  // that they have given it up begin anew: what they sent meanwhile has outlived its budget.
  void wake(SteadyMicros now);
  // One frame from a peer; `more`: it came with others, which nobody may send. Takes the message.
  void receive(SteadyMicros now, PeerId from, net::Message& message, bool more);
  // Deadlines, heartbeats, lost peers. Call it at next_due() and after each batch of frames.
  void tick(SteadyMicros now);
  SteadyMicros next_due() const;

  // No new requests from now on; those in flight go on. farewell() then parts with everybody.
  void drain(SteadyMicros now);
  bool is_drained() const { return draining_ && waiting_ == 0; }
  void farewell(SteadyMicros now);

  const Counters& counters() const { return counters_; }
  // Handshakes so far, which happen before the core hears of anybody.
  void count_handshakes(uint64_t admitted, uint64_t refused, uint64_t broken);
  const Registry& registry() const { return registry_; }
  size_t peers() const { return peers_.size(); }
  uint32_t slots_used() const { return requests_.used(); }
  uint32_t waiting() const { return waiting_; }
  const std::vector<Neighbour>& neighbours() const { return neighbours_; }

 private:
  // core.cpp: requests and answers.
  void dispatch(Peer& peer, const Frame& frame, net::Message& message);
  void on_request(Peer& peer, const Frame& frame, net::Message& message);
  Code admission(const Peer& peer, const Principal* asker, const Frame& frame,
                 const Service* service, const Wanted& wanted) const;
  const Principal* principal_of_number(uint32_t number) const;
  uint32_t keep_pace(Principal& principal);
  Wanted wanted_of(const InFlight& request) const;
  Code availability(const InFlight& request) const;
  void take_on(uint32_t slot, Peer& client, const Header& header, Service& service);
  void place(uint32_t slot, net::Message& message);
  Claim* choose(const InFlight& request);
  bool try_send(uint32_t slot, net::Message& message);
  net::Sent hand_over(uint32_t slot, Claim& claim, net::Message& message);
  void give(uint32_t slot, Claim& claim);
  void enqueue(uint32_t slot, net::Message& message);
  void pump(Service& service);
  uint32_t held_by(const Peer& peer, uint64_t token);
  void on_answer(Peer& peer, const Frame& frame, net::Message& message);
  void on_partial(Peer& peer, const Frame& frame, net::Message& message);
  void pass_back(const Peer& from, const InFlight& request, net::Message& message,
                 uint64_t& arrived);
  void on_cancel(Peer& peer, const Frame& frame);
  void on_due(uint32_t slot);
  void judge_worker(const InFlight& request, Code code);
  void refuse(Peer& client, uint64_t id, uint16_t flags, Code code, uint32_t retry_after_ms = 0);
  void refuse(Peer& client, uint64_t id, const Error& error);
  uint32_t retry_after_ms(Code code, const Service* service) const;
  void end_with(uint32_t slot, Code code);
  void abandon(uint32_t slot);
  void release_client(InFlight& request, uint32_t slot);
  void release_holder(InFlight& request, uint32_t slot);
  void finish(uint32_t slot);
  net::Sent send(Peer& peer, net::Message& message);
  net::Sent send(Peer& peer, std::string_view frame);

  // peers.cpp: who is there.
  void on_ready(Peer* peer, PeerId from, const Frame& frame, const net::Message& message);
  Status judge(const Peer& candidate, const Ready& ready);
  Status judge_claim(const Peer& candidate, const ServiceClaim& claim);
  Peer& settle_in(const Peer& candidate);
  void take_claims(Peer& peer, const std::vector<ServiceClaim>& claims);
  void welcome(Peer& peer);
  void on_credit(Peer& peer, const Frame& frame);
  void on_heartbeat(Peer& peer, const Frame& frame);
  void on_drain(Peer& peer);
  void malformed(Peer& peer, uint64_t id, std::string_view why);
  void turn_away(PeerId stranger, Code code, std::string_view why);
  void part_with(Peer& peer, Code code, std::string_view why);
  void forget(Peer& peer);
  void lose(Peer& peer);
  void release_as_client(Peer& peer);
  void release_as_worker(Peer& peer);
  void settle();
  SteadyMicros silence_max(const Peer& peer) const;
  void beat();
  SteadyMicros beat_one(Peer& peer);
  void flush_unserved(Service& service);
  void set_limits(Principal& principal);

  // shedding.cpp: queues that stand.
  void look_at_queues();
  void shed(Service& service);

  // steering.cpp: operators' rules.
  std::optional<Result<std::string>> rule_answer(const Peer& peer, const Frame& frame);
  Result<std::string> set_rule(const Peer& peer, mesh::Rule rule);
  void apply_rules();
  void apply_rules_to(Claim& claim);
  void steer(uint32_t slot, const Frame& frame, net::Message& message);
  void play(const mesh::Rule& fault, uint32_t slot, net::Message& message);
  void resume(uint32_t slot);
  void send_copy(const mesh::Rule& rule, uint64_t original, net::Message& copy);

  // federation.cpp: other brokers.
  void receive_dialled(PeerId from, const Result<Frame>& frame, net::Message& message, bool more);
  void on_neighbour_welcome(Neighbour& neighbour, const Frame& frame);
  Status judge_neighbour(const Neighbour& neighbour, const Welcome& welcome) const;
  Status judge_broker(const Peer& candidate, const Ready& ready);
  void on_routes(Peer& peer, const Frame& frame);
  void tell_routes();
  void tend_neighbours();
  void leave_neighbours(SteadyMicros away);
  void introduce(Neighbour& neighbour);
  void lose_neighbour(Neighbour& neighbour, Code why, std::string_view detail);
  void note_sent(Neighbour& neighbour, net::Sent sent, bool was_beat);
  void turn_from(Neighbour& neighbour, Code why, const std::string& detail);
  void yield_to(const Route& route);
  Neighbour* neighbour_of(PeerId peer);
  Peer* peer_of(const Neighbour& neighbour);
  SteadyMicros neighbours_due() const;

  // seeing.cpp: figures, spans and the tap.
  void begin_span(uint32_t slot, const Frame& frame, net::Message& message);
  void account(uint32_t slot, Code code);
  std::optional<Result<std::string>> seeing_answer(const Frame& frame);
  mesh::Latency latency() const;

  // asking.cpp: $mesh.ask
  void on_ask(Peer& peer, const Frame& frame);
  Code admission(const Peer& asker, const Frame& frame, std::string_view name,
                 const Claim* worker) const;

  // admin.cpp: $mesh.*
  void on_mesh(Peer& peer, const Frame& frame);
  void answer(Peer& peer, uint64_t id, const std::string& body);
  bool watch(const Peer& peer, const Frame& frame, int64_t since);
  bool forget_watch(const Peer& peer, uint64_t id);
  void answer_watches();
  std::string mesh_answer(std::string_view name) const;

  CoreOptions options_;
  Random& random_;
  Outside& outside_;
  SteadyMicros now_ = 0;  // Of the step in hand.
  UnixMillis started_at_ms_;
  std::map<std::string, std::unique_ptr<Principal>, std::less<>> principals_;
  Requests requests_;
  Registry registry_;
  Traffic traffic_;
  // Clients that wait for the registry to change.
  struct Watch {
    PeerId peer = 0;
    uint64_t id = 0;
    SteadyMicros until = 0;
  };
  std::vector<Watch> watches_;
  int64_t watched_index_ = 0;  // All of them know this one.
  SteadyMicros watch_at_ = INT64_MAX;
  // After requests_ and registry_: peers hold chains and claims of both.
  std::unordered_map<PeerId, std::unique_ptr<Peer>> peers_;
  Wheel wheel_;
  std::vector<PeerId> leaving_;  // Gone peers, forgotten at the end of the step.
  std::vector<uint64_t> due_;    // Kept, so that a turn of the wheel allocates nothing.
  std::vector<Neighbour> neighbours_;
  SteadyMicros routes_at_ = 0;  // ROUTES may be sent again from then on.
  bool routes_wanted_ = false;
  int64_t routes_told_ = 0;
  SteadyMicros awake_at_ = 0;  // When it last woke.
  SteadyMicros beat_at_ = INT64_MAX;
  SteadyMicros look_at_ = INT64_MAX;  // At the queues.
  uint64_t round_ = 0;
  uint32_t waiting_ = 0;     // Requests whose client waits for an answer.
  bool pipes_full_ = false;  // A worker had credit, but its pipe no room: try again soon.
  bool draining_ = false;
  Counters counters_;
  Tap tap_;
  std::unordered_map<uint64_t, Span> spans_;  // Of sampled requests, by token.
};

}  // namespace bilten::broker
