// A naive model of the broker: it makes the same steps as the core with maps and loops, watches
// every frame the core sends, and says what it should not have sent, or should have. Where the core
// may choose (among equal workers) the model takes the choice and checks that it was allowed.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/broker/world.h"

namespace bilten::broker {

class Model final : public Outside {
 public:
  explicit Model(uint64_t seed);

  // One random step of the core and of the model.
  void step();
  // Silence until everything must have ended.
  void finish();
  // Empty while the core has done nothing wrong.
  const std::string& violation() const { return violation_; }
  std::map<std::string, uint64_t> seen;  // How often each kind of end came about.

 private:
  enum class State : uint8_t { arriving, queued, sent, abandoned };
  struct Request {
    uint64_t serial = 0;
    PeerId client = 0;  // 0: nobody any more.
    std::string service;
    size_t lane = 1;
    SteadyMicros expires = 0, wait_until = 0, grace_until = 0;
    State state = State::arriving;
    PeerId holder = 0;
    uint64_t token = 0, sent_order = 0;
    bool idempotent = false, resent = false;
  };
  struct Serving {
    uint32_t credit = 0, weight = 1, inflight = 0;
    bool active = false, owner = false;
  };
  struct Member {
    std::map<std::string, Serving> serves;
    bool draining = false, lost = false;
    SteadyMicros heard_at = 0, bad_since = 0;
    uint32_t bad = 0;
    int64_t incarnation = 0;
    std::string folder;
  };
  struct Line {
    std::array<std::deque<uint64_t>, 3> lanes;
    int64_t resend_budget = 50;
  };
  enum class Doing : uint8_t { ready, request, answer, cancel, malformed, more, tick, other };

  // What the core asks and says.
  net::Sent send(PeerId peer, net::Message& message) override;
  std::string principal_of(PeerId peer, const net::Message&) override;
  UnixMillis wall_ms() override { return now_ / 1000; }
  void note(std::string_view, std::string_view, std::string_view) override {}

  // The random inputs.
  void join();
  void ask();
  void answer();
  void forge();
  void grant();
  void beat();
  void leave();
  void cancel();
  void speak_badly();
  void pass_time(int64_t ms);
  void change_pipe();
  void say(PeerId peer, const std::string& bytes, Doing doing, bool more = false);

  // What each frame means, and whether it was right.
  void saw_request(PeerId to, const Frame& frame);
  void saw_error(PeerId to, const Frame& frame);
  void saw_reply(PeerId to, const Frame& frame);
  void saw_disconnect(PeerId to, Code code);
  bool error_is_due(const Request& request, Code code) const;
  void check_choice(PeerId chosen, const Request& request);

  void settle();
  void settle_client(PeerId peer);
  void settle_worker(PeerId peer);
  void check_state();
  void mark_lost(PeerId peer);
  void end(uint64_t serial);
  void abandon(Request& request);
  void enqueue(Request& request);
  void dequeue(const Request& request);
  Code admission(PeerId client, const Request& request, bool granted) const;
  bool is_served(const std::string& service) const;
  bool has_workers(const std::string& service) const;
  size_t queued(const std::string& service) const;
  size_t queued_unseen(const std::string& service) const;
  uint32_t waiting_of(const std::string& principal) const;
  Request* random_request();
  PeerId random_peer() { return static_cast<PeerId>(1 + random_.below(9)); }
  bool chance(uint64_t percent) { return random_.below(100) < percent; }
  void remember(const std::string& input);
  void fail(const std::string& what);

  SeededRandom random_;
  SteadyMicros now_ = 4'000'000;
  CoreOptions options_;
  std::unique_ptr<Core> core_;
  std::map<PeerId, Member> members_;
  std::map<PeerId, net::Sent> pipes_;
  std::map<uint64_t, Request> requests_;
  std::map<std::string, Line> lines_;
  std::string violation_;
  std::vector<std::string> trail_;  // The last inputs, for the report.
  uint64_t next_serial_ = 0, next_order_ = 0;
  Doing doing_ = Doing::other;
  PeerId doer_ = 0;
  uint64_t subject_ = 0;        // The request that the input is about.
  Code expected_ = Code::ok;    // How a READY or a REQUEST should be refused.
  bool freed_by_time_ = false;  // Credit came back inside a tick: the model is ahead.
  PeerId overtaken_ = 0;
  std::vector<PeerId> lost_;  // In this step.
};

}  // namespace bilten::broker
