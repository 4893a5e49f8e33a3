// Fans facts out: an XSUB that publishers connect to, an XPUB for daemons and one for operators,
// and the ZAP handler. One thread. Slow readers lose publications and repair from the journal.
//
// Where federation comes: one more XPUB for peer brokers, fed with local publications only
// (docs/protocol.md, section 8).
#pragma once

#include <memory>
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
  Fanout(net::Zap zap, net::Socket in, net::Socket out, net::Socket operations);
  Status turn_out(net::Socket& door, const std::string& endpoint);
  void pass_publications();
  void pass_subscriptions();
  void drop_operators_words();

  net::Zap zap_;
  net::Socket in_, out_, operations_;
  Gate gate_;
  std::string out_endpoint_, operations_endpoint_;
  net::Guests publishers_, readers_, operators_;
  uint64_t reported_ = 0;  // Drops, when report() last spoke.
  SteadyMicros reported_at_ = 0;
};

// Until the process is asked to stop; its exit code.
int run_events(const Config& config, const MeshSettings& mesh, Process& process);

}  // namespace bilten::events
