// The rules of a mesh member as one state machine: which broker gets a call, when it is sent again,
// when it ends, how links live and die. No socket, clock, thread or lock: the shell (mesh_shell.h)
// and the simulator feed it and carry out what it says.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/net/mesh.h"
#include "common/net/mesh_calls.h"
#include "common/net/mesh_link.h"

namespace bilten::net {

class MeshCore {
 public:
  struct Options {
    std::vector<std::string> brokers;
    Ready ready;  // Instance, incarnation, build, heartbeat; role and services where it serves.
    // For heartbeats; nothing: the process is stuck and must not claim to live. May be empty.
    std::function<std::optional<Load>()> load;
  };
  // Close the link's socket if there is one, and open a new one where `open` says so.
  struct SocketWish {
    uint32_t link = 0;
    bool open = false;
    bool again = false;  // The socket before led to no WELCOME: another key may.
  };
  struct Outgoing {
    uint32_t link = 0;
    uint32_t generation = 0;
    std::string frame;
    bool held = false;  // Refused once already; dropped if it is again.
  };
  // A part of an answer, for the one who asked.
  struct Part {
    OnPartial to;
    std::string body;
  };
  // What to do next, sockets first, then frames in order. The caller empties it.
  struct Output {
    std::vector<SocketWish> sockets;
    std::vector<Outgoing> frames;
    std::vector<Incoming> requests;
    std::vector<Cancellation> cancellations;  // Of these requests, or of earlier ones.
    std::vector<Part> parts;                  // To hand on before the calls that ended.
    std::vector<LinkNotice> notices;
  };

  // Replies a link may hold back after its socket refused them; then they are dropped.
  static constexpr size_t kBacklogMax = 4096;

  // `random` is for jitter and the first call id; it must outlive the core.
  MeshCore(Options options, Random& random);

  void call(SteadyMicros now, Call call, OnAnswer done);
  // Ends the call as cancelled if it has not ended yet. 0: of no call.
  void cancel(SteadyMicros now, uint64_t id);
  void reply(SteadyMicros now, Mesh::Reply reply);
  void set_credit(SteadyMicros now, const std::string& service, uint32_t credit);
  // No new requests, please; those in hand are still answered, own calls still made.
  void drain(SteadyMicros now);
  // DISCONNECT everywhere, and every call ends. Nothing may follow but taking the output.
  void finish(SteadyMicros now);

  // To be called as the process wakes, before it receives. Where it did not run for so long that
  // its brokers have given it up, what still lies in the sockets has outlived its budgets.
  void wake(SteadyMicros now);
  void receive(SteadyMicros now, uint32_t link, uint32_t generation, std::string_view frame);
  // The socket would not take the frame (full, or not connected yet).
  void refused(SteadyMicros now, Outgoing frame);
  // The socket cannot be used any more: a second frame in a message, or it would not open.
  void broken(SteadyMicros now, uint32_t link, std::string_view why);
  // Whatever is due. To be called when next_wake() has come; earlier does no harm.
  void tick(SteadyMicros now);
  SteadyMicros next_wake() const;

  Output& output() { return output_; }
  std::vector<EndedCall>& ended() { return calls_.ended(); }

  const Id& instance() const { return options_.ready.instance; }
  bool connected() const;
  // Nothing to answer, nothing to wait for. A worker that drains stays a moment longer, to turn
  // away the requests that were on their way when it said so.
  bool idle(SteadyMicros now) const;
  const MeshCounts& counts() const { return counts_; }
  uint32_t generation(uint32_t link) const { return links_[link].generation(); }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t route(SteadyMicros now);
  void send_call(SteadyMicros now, PendingCall& call);
  void send(SteadyMicros now, uint32_t link, std::string frame);
  void send_ready(SteadyMicros now, uint32_t link);
  void send_beat(SteadyMicros now, uint32_t link);
  uint32_t credit_share(uint32_t credit) const;
  void open(SteadyMicros now, uint32_t link);
  void lose(SteadyMicros now, uint32_t link, Code why, std::string_view detail);
  void flush_backlog(MeshLink& link, uint32_t index);
  void send_waiting(SteadyMicros now);
  void lose_calls(SteadyMicros now, uint32_t link);

  void on_welcome(SteadyMicros now, uint32_t link, const Frame& frame);
  void on_request(SteadyMicros now, uint32_t link, const Frame& frame);
  void on_answer(SteadyMicros now, uint32_t link, const Frame& frame);
  void on_partial(SteadyMicros now, uint32_t link, const Frame& frame);
  void break_stream(SteadyMicros now, PendingCall& call, std::string why);
  void send_cancel(SteadyMicros now, const PendingCall& call);
  PendingCall* answered_by(uint32_t link, const Frame& frame);

  Options options_;
  Random& random_;
  std::vector<MeshLink> links_;
  std::vector<uint32_t> order_;  // Of links, the one this instance prefers first.
  uint32_t current_ = kNone;     // The link that calls take.
  MeshCalls calls_;
  SteadyMicros awake_at_ = 0;  // When it last woke.
  bool draining_ = false;
  SteadyMicros drained_at_ = 0;
  bool waiting_ = false;  // Some call waits for a link.
  SteadyMicros backlog_at_ = INT64_MAX;
  Output output_;
  MeshCounts counts_;
};

}  // namespace bilten::net
