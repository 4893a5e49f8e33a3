// A naive model of the broker: it makes the same steps as the core with maps and loops, watches
// every frame the core sends, and says what it should not have sent, or should have. Where the core
// may choose (among equal workers) the model takes the choice and checks that it was allowed. The
// health of a worker is the core's own class, which has tests of its own.
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
  // What the core was given: a step() that finds nothing to do gives it nothing.
  uint64_t inputs() const { return steps_; }

 private:
  enum class State : uint8_t { arriving, held, queued, sent, abandoned };
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
    uint32_t shard = 0;
    std::string pin;
    bool towards = false, away = false;  // Where a canary may have drawn it.
    bool is_copy = false;
    bool unheard = false;        // Ended by the core, whose word found no client.
    bool called_off = false;     // Its worker was told that nobody waits for it.
    SteadyMicros since = 0;      // In its queue, or at its worker.
    SteadyMicros resume_at = 0;  // While a fault holds it.
    uint64_t placed_in = 0;      // The step that put it into the queue.
  };
  struct Serving {
    uint32_t credit = 0, weight = 1, inflight = 0;
    bool active = false, owner = false;
    std::optional<ShardRange> shards;
    int64_t epoch = 0;
    std::string version;
    Health health;
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
    SteadyMicros above_since = 0;  // The oldest has waited too long.
    bool standing = false, looked = false;
  };
  // What operators have set: about workers of mail, messages of user, the principal asker.
  struct Orders {
    std::set<PeerId> drained;
    std::map<PeerId, uint32_t> weights;
    uint32_t canary = 0, mirror = 0;  // Percent.
    std::string fault;                // "", "delay", "drop" or "abort".
    uint32_t asker_max = 0;
  };
  enum class Doing : uint8_t {
    ready,
    request,
    answer,
    cancel,
    malformed,
    more,
    tick,
    partial,
    other
  };

  // What the core asks and says.
  net::Sent send(PeerId peer, net::Message& message) override;
  std::string principal_of(PeerId peer, const net::Message&) override;
  UnixMillis wall_ms() override { return now_ / 1000; }
  void note(std::string_view what, std::string_view, std::string_view) override;

  // The random inputs.
  void join();
  ServiceClaim own_claim();
  void foresee(PeerId peer, const Ready& ready);
  void settle_in(PeerId peer, const Ready& ready);
  void ask();
  void steer(Request& request);
  void answer();
  void answer_in_part();
  void rule();
  void join_operator();
  void forge();
  void grant();
  void beat();
  void leave();
  void cancel();
  void speak_badly();
  void pass_time(int64_t ms);
  void judge_by_time();
  void change_pipe();
  void say(PeerId peer, const std::string& bytes, Doing doing, bool more = false);

  // What each frame means, and whether it was right.
  void saw_request(PeerId to, const Frame& frame);
  void saw_error(PeerId to, const Frame& frame);
  void saw_reply(PeerId to, const Frame& frame);
  void saw_disconnect(PeerId to, Code code);
  void saw_copy(PeerId to, const Frame& frame);
  void saw_partial(PeerId to, const Frame& frame);
  void saw_cancel(PeerId to, const Frame& frame);
  bool is_word_due() const;
  void check_partings();
  bool error_is_due(const Request& request, Code code);
  void check_order(const Request& request);
  void check_choice(PeerId chosen, const Request& request);

  // What the rules of dispatch come to (model_rules.cpp).
  enum class Side : uint8_t { any, canary, others };
  bool takes_work(const std::string& service, PeerId id) const;
  bool fits(PeerId id, const Request& request, Side side) const;
  std::set<PeerId> candidates(const Request& request, Side side) const;
  bool is_best(PeerId chosen, const Request& request, Side side) const;
  Code availability(const Request& request) const;
  uint32_t weight(const std::string& service, PeerId id) const;
  void look_all();
  Line looked_at(const std::string& service) const;
  SteadyMicros oldest_wait(const std::string& service) const;
  bool may_be_shed(const Request& request);
  bool keeps_pace();

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
  size_t queued(const std::string& service) const;
  size_t queued_unseen(const std::string& service) const;
  uint32_t waiting_of(const std::string& principal) const;
  Request* random_request();
  PeerId random_peer() { return static_cast<PeerId>(1 + random_.below(9)); }
  bool chance(uint64_t percent) { return random_.below(100) < percent; }
  void remember(const std::string& input);
  void fail(const std::string& what);
  std::string told(const Request& request) const;

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
  uint64_t subject_ = 0;      // The request that the input is about.
  bool word_due_ = false;     // What a worker says in this step is for a client that hears it, ...
  int words_passed_ = 0;      // ... and so often it has come there.
  Code expected_ = Code::ok;  // How a READY or a REQUEST should be refused.
  bool freed_by_time_ = false;  // Credit came back inside a tick: the model is ahead.
  bool looks_ = false;          // The core looks at its queues in this tick.
  std::set<PeerId> overtaken_;
  Orders orders_;
  int64_t tokens_us_ = 1'000'000;  // Of the principal other, whose rate is limited.
  SteadyMicros tokens_at_ = 0;
  uint64_t steps_ = 0;
  std::vector<PeerId> lost_;  // In this step.
};

}  // namespace bilten::broker
