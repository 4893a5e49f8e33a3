// Fans facts out: an XSUB that publishers connect to, an XPUB for daemons and one for operators,
// and the ZAP handler. One thread. Slow readers lose publications and repair from the journal.
//
// Other machines: what is published here goes to one more XPUB, and an XSUB hears that of each of
// them. What came from there goes to readers here only, so each publication crosses once
// (docs/protocol.md, section 13).
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "broker/events/config.h"
#include "broker/events/gate.h"
#include "common/base/clock.h"
#include "common/net/keys.h"
#include "common/net/zap.h"
#include "common/process/program.h"

namespace bilten::events {

class Fanout {
 public:
  static Result<std::unique_ptr<Fanout>> open(net::Context& context, const Config& config,
                                              const net::KeyRing& keys,
                                              const std::vector<AccessRule>& rules);
  std::string publish_endpoint() const { return in_.endpoint(); }
  std::string subscribe_endpoint() const { return out_.endpoint(); }
  std::string operations_endpoint() const { return operations_.endpoint(); }
  std::string peers_endpoint() const { return peers_.endpoint(); }

  // One wake: waits for work or a readable `stop_fd` (-1: none), at most wait_max_ms, and passes on
  // what has come. False: the ZAP handler is broken, end the process.
  [[nodiscard]] bool turn(int stop_fd, int64_t wait_max_ms);
  // Both or neither: a fault leaves what stood. Who published by a key that is good no more is not
  // heard from then on. One reader's connection cannot be ended alone: where a reader lost its
  // right, all are made to come again, and repair from the journals what they missed.
  Status reload(const net::KeyRing& keys, const std::vector<AccessRule>& rules);
  // Logs who was refused and what was dropped since the last time, at most once a second.
  void report(SteadyMicros now);
  const Gate& gate() const { return gate_; }

 private:
  static constexpr size_t kReaderDoors = 3;
  struct Door {
    const char* domain;
    net::Socket& socket;
    std::string endpoint;
    net::Guests guests;
  };
  struct Sockets {
    net::Socket in, out, operations, peers;
  };
  Fanout(net::Zap zap, Sockets sockets);
  Status bind(const Config& config);
  Status let_in(Door& door, net::Guests guests);
  Status hear_peers(net::Context& context, const Config& config, const net::KeyRing& keys);
  void pass_publications();
  void pass_relayed(net::Socket& from);
  void pass_subscriptions();
  void pass_subscriptions_of_peers();
  void drop_operators_words();

  net::Zap zap_;
  net::Socket in_, out_, operations_, peers_;
  std::vector<net::Socket> others_;  // An XSUB to each other machine: each has its own key.
  std::vector<net::PollItem> items_;
  Gate gate_;
  net::Guests publishers_;
  std::array<Door, kReaderDoors> doors_;  // Of the three sockets above that are read from.
  uint64_t reported_ = 0;                 // Drops, when report() last spoke.
  SteadyMicros reported_at_ = 0;
};

// Until the process is asked to stop; its exit code.
int run_events(const Config& config, const MeshSettings& mesh, Process& process);

}  // namespace bilten::events
