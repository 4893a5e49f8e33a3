// A running daemon: the shell of threads, sockets and clocks around WriterCore and Feeds.
//
//   mesh thread    requests in: looked up, tokens checked, handed on; publications to the feeds
//   writer thread  all commands, facts and timers, one batch after the other (writer.h)
//   reader pool    queries, on snapshots
//   slow pool      prepare, but of critical commands; queries that say they are slow
//   senders        what is done outside, after its commit
//   main thread    tick(): watermarks, repairs of feeds
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/net/mesh.h"
#include "common/process/mesh_metrics.h"
#include "common/service/builtin.h"
#include "common/service/cancellations.h"
#include "common/service/fact_spans.h"
#include "common/service/feeds.h"
#include "common/service/in_hand.h"
#include "common/service/inbox.h"
#include "common/service/message_watch.h"
#include "common/service/pool.h"
#include "common/service/table.h"
#include "common/service/token.h"
#include "common/service/writer.h"
#include "common/store/store.h"

namespace bilten {

struct RuntimeOptions {
  uint32_t credit = 1024;                     // Requests that may be open here, over all brokers.
  size_t readers = 2, slow = 2, senders = 8;  // Threads.
  uint32_t owner_epoch = 0;                   // The claim's: a higher one displaces an owner.
};
using OnStart = std::function<Effects(const Rows&, const Context&)>;

class Runtime {
 public:
  static constexpr SteadyMicros kStuckAfter = 10'000'000;
  static constexpr int64_t kWatermarkEvery = 1000;  // Milliseconds.

  // All of it outlives the runtime.
  Runtime(const Table& table, Store& store, InHand& in_hand, const Clock& clock, Random& random,
          RuntimeOptions options);
  ~Runtime();

  // Records what the service wants recorded at each start, then joins the mesh. The claims and
  // topics of `mesh` are filled in here.
  Status start(const OnStart& on_start, net::Context& context, net::MeshOptions mesh);
  // Says goodbye, answers what is in hand (at most 5 s), stops.
  void stop();

  bool connected() const { return connected_; }
  // False once the writer has been silent for kStuckAfter.
  bool alive() const;
  // Main thread, when tick_fd() is readable or tick_wait_ms() are over.
  void tick();
  int tick_fd() const { return tick_fd_; }
  int64_t tick_wait_ms() const;

 private:
  // Requests (runtime_requests.cpp).
  struct Admitted;
  void on_requests(std::vector<net::Incoming> incoming);
  void admit(net::Incoming incoming, Admitted& into);
  Status check_person(Request& request);
  void serve_builtin(net::Incoming incoming, const ReplyAddress& from);
  void on_cancellations(const std::vector<net::Cancellation>& cancellations);
  std::optional<Error> interrupted(const Request& request) const;
  void submit_query(Request request);
  void run_query(size_t slot, Request request);
  bool is_prepared_first(const Request& request) const;
  void submit_critical(std::vector<Request> requests);
  void submit_prepare(Request request);
  void submit_prepare(Pool& pool, std::vector<Request> requests);
  void run_prepare(size_t slot, const Snapshot& snapshot, Request& request);
  void reply(const std::vector<Reply>& replies);
  void reply_one(const ReplyAddress& to, Result<std::string> answer);
  UnixMillis reader_now(const Snapshot& snapshot) const;

  // The senders (runtime_senders.cpp).
  void submit_errand(Errand errand);
  void run_errand(const Errand& errand);
  Result<std::string> ask(std::string_view message, std::string body);
  void command_inside(const CommandRow& command, std::string body,
                      std::function<void(const Result<std::string>&)> done);

  // The writer and what it lets out (runtime.cpp).
  void write();
  void note_queue(const WriterCore::Input& input) const;
  int64_t write_once(int64_t wait_ms);
  void carry_out(WriterCore::Output out);
  void publish(std::vector<AnnouncedFact> facts);
  void publish_watermark();
  void publish_signers();
  void report(const WriterCore::Output& out);
  Load load() const;

  // Feeds (runtime_feeds.cpp).
  void with_feeds(const std::function<void(Feeds&, SteadyMicros)>& use);
  void wake_tick_at(SteadyMicros due);
  void wake_tick();
  void show_feeds();
  void say_stopped(const std::string& owner);
  void serve_feeds(const std::string& verb, const std::string& body, const ReplyAddress& from);
  void ask_head(const std::string& owner);
  void read_journal_of(const Feeds::Read& read);

  const Table& table_;
  Store& store_;
  InHand& in_hand_;
  const Clock& clock_;
  Random& random_;
  const RuntimeOptions options_;
  Builtin builtin_;
  MessageMetrics metrics_;
  std::vector<MessageWatch> watches_;  // By slot.
  TokenChecker tokens_;
  Cancellations cancellations_;
  WriterCore core_;
  FactSpans fact_spans_;  // The writer's.
  Inbox inbox_;
  OnStart on_start_;  // Empty once it is recorded.

  std::mutex feeds_mutex_;  // Taken before the inbox's, never after.
  std::unique_ptr<Feeds> feeds_;

  std::unique_ptr<net::Mesh> mesh_;
  std::unique_ptr<Pool> readers_, slow_, senders_;
  std::thread writer_;
  std::atomic<bool> stopping_ = false, draining_ = false, connected_ = false;
  std::atomic<int64_t> in_flight_ = 0;
  std::atomic<SteadyMicros> last_turn_ = 0;
  std::atomic<int64_t> wall_offset_ms_ = 0;
  std::atomic<SteadyMicros> feeds_wake_ = INT64_MAX;
  SteadyMicros watermark_at_ = 0;
  int tick_fd_ = -1;

  Counter batches_;
  Histogram batch_seconds_;
  MeshMetrics mesh_metrics_;
  Gauge parked_, writable_;
  Counter errands_, errands_dropped_;
  std::map<std::string, std::pair<Gauge, Gauge>> feed_gauges_;  // Lag, stopped.
};

}  // namespace bilten
