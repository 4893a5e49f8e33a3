// The heart of a daemon: one step takes what has gathered, runs the handlers in one transaction,
// commits once, and only then lets answers and publications out. No thread, clock, socket or
// global: the shell (runtime.h) and the simulator drive the same code.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/id.h"
#include "common/base/random.h"
#include "common/service/clock_guard.h"
#include "common/service/parking.h"
#include "common/service/recording.h"
#include "common/service/request.h"
#include "common/service/resent_refusals.h"
#include "common/service/table.h"
#include "common/store/store.h"

namespace bilten {

// Told before and after each message runs: it notes what is in hand, counts and times.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual void begin(std::string_view name, std::string_view id) = 0;
  virtual void end(std::string_view name, Code code) = 0;
};

struct WriterOptions {
  size_t batch_max = 1024;  // Commands in one step.
  size_t timers_max = 256;  // Due timers in one step.
  size_t parked_max = 4096;
  size_t joined_max = 16;                        // Repeats waiting for one running command.
  std::set<std::string, std::less<>> poisonous;  // poison_id()s in hand when the process ended.
};

class WriterCore {
 public:
  // Bounds what one step takes; after an abort the first messages run alone.
  static constexpr size_t kCarefulSteps = 256;
  static constexpr UnixMillis kAnswersKept = 48 * 3600 * 1000;
  static constexpr int64_t kWakeMax = 1000;  // Milliseconds.

  WriterCore(const Table& table, Store& store, Random& random, Watch& watch,
             WriterOptions options = {});

  struct Input {
    UnixMillis wall = 0;
    SteadyMicros steady = 0;
    std::vector<Request> commands;  // New ones, and those back from their prepare.
    std::vector<Parked> queries;    // Refused on a snapshot, with rests_on: to be asked again.
    std::vector<FeedFacts> feeds;
    std::vector<HeadAnswer> heads;
    std::vector<FeedOrder> orders;
    std::vector<ReplyAddress> cancelled;  // Requests that wait here, to be answered so.
    std::vector<std::string> stopped;  // Owners whose feeds stand still, until an order of theirs.
    // What the service records at each start; null or empty: nothing.
    const std::function<Effects(const Rows&, const Context&)>* on_start = nullptr;
  };
  struct Output {
    std::vector<Reply> replies;
    std::vector<AnnouncedFact> announced;
    std::vector<Errand> errands;
    std::vector<Request> to_prepare;     // Run their prepare, then hand them in again.
    std::vector<Request> queries_again;  // Answer them on a fresh snapshot.
    std::vector<std::string> questions;  // Owners to be asked for their head.
    // One for each FeedFacts and FeedOrder handed in: where that owner's feed stands now.
    struct FeedAt {
      std::string owner;
      Cursor cursor;        // Behind `handed`: what lies between was not taken.
      uint64_t handed = 0;  // The last position of the FeedFacts; 0: an order.
    };
    std::vector<FeedAt> cursors;
    struct StoppedFeed {
      std::string owner;
      uint64_t seq = 0;  // The poisonous fact.
    };
    std::vector<StoppedFeed> stopped;
    std::vector<std::string> alarms;
    bool keys_changed = false;
    bool committed = true;       // False: for want of space nothing of this step happened.
    int64_t wake_ms = kWakeMax;  // Call again by then, even with no input.
  };
  Output step(Input input);

  // At most this many commands in the next step.
  size_t batch_max() const { return careful_ > 0 ? 1 : options_.batch_max; }
  // False from a commit that was refused for want of space until one succeeds.
  bool healthy() const { return healthy_; }
  size_t parked() const { return parking_.size(); }
  // Believed time minus steady time, for readers.
  int64_t wall_offset_ms() const { return wall_offset_ms_; }

 private:
  // A command that is prepared or parked, and the repeats that wait for its answer.
  struct Running {
    Hash32 request_hash{};
    std::vector<Request> joined;
  };
  // A timer whose handler left it due, or is poisonous: tried again later.
  struct PutOff {
    UnixMillis at = 0, until = 0;
    int64_t wait_ms = 0;
  };
  struct Turn;  // One step's state.

  UnixMillis believed_now(const Input& input, Output& out);
  bool must_write(const Input& input, UnixMillis now) const;
  void plan_next_step(Output& out, UnixMillis now, SteadyMicros steady);

  void run_timers(Turn& turn);
  bool run_timer(Turn& turn, const DueTimer& due);
  void put_off(Turn& turn, const DueTimer& due, std::string_view why);
  void plan_next_timer(const Rows& rows);

  void obey(Turn& turn, const FeedOrder& order);
  void take_feed(Turn& turn, const FeedFacts& feed);
  bool take_fact(Turn& turn, const std::string& owner, const FeedFact& fact);

  void cancel(Turn& turn, const std::vector<ReplyAddress>& addresses);
  void start_waiting(Turn& turn, std::vector<Parked> queries);
  void resume(Turn& turn);
  void park(Turn& turn, Request request, Error error);
  void give_up(Turn& turn, const std::vector<Parked>& parked, const Error& error);
  void stop_feed(Turn& turn, const std::string& owner);

  void take_command(Turn& turn, Request request);
  bool answered_before(Turn& turn, Request& request);
  void run_command(Turn& turn, Request request);
  void keep_answer(Turn& turn, const Request& request, const Result<std::string>& answer);
  void refuse(Turn& turn, Request request, Error error);
  void finish(Turn& turn, const Request& request, const Result<std::string>& answer);
  void expire(Turn& turn, const Request& request, const Error& error);
  void lead(Request& request);
  std::vector<Request> leave(const Request& request);

  void settle(Turn& turn);
  void take_back(Turn& turn);
  Context context(Turn& turn, const Request* request);

  const Table& table_;
  Store& store_;
  Random& random_;
  Watch& watch_;
  WriterOptions options_;
  IdSource ids_;
  ClockGuard clock_;
  Parking parking_;
  ResentRefusals refusals_;
  std::unordered_map<std::string, Running> running_;               // By idempotency key.
  std::map<std::pair<std::string, std::string>, PutOff> put_off_;  // By kind and key.
  std::map<std::string, uint64_t, std::less<>> skips_;  // Facts that operators chose to pass over.
  std::set<std::string, std::less<>> stopped_;          // Owners whose feeds stand still.
  std::optional<UnixMillis> next_timer_ = 0;            // 0: not known yet.
  UnixMillis retry_at_ = 0;  // After a refused commit: when the store is tried again unasked.
  int64_t wall_offset_ms_ = 0;
  size_t careful_ = 0;
  bool healthy_ = true;
};

}  // namespace bilten
