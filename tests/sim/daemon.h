// A stateful daemon's process: the writer, the feeds, queries and prepares as the runtime's shell
// runs them (common/service/runtime.h), with events of the virtual clock for its threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/service/builtin.h"
#include "common/service/feeds.h"
#include "common/service/token.h"
#include "common/service/writer.h"
#include "tests/sim/disk.h"
#include "tests/sim/member.h"

namespace bilten::sim {

// Of a walk over rows or a journal.
inline constexpr size_t kAll = SIZE_MAX;

class Daemon final : private Watch {
 public:
  Daemon(World& world, Network& network, const Table& table, std::vector<uint32_t> joins,
         uint32_t credit);

  void start();
  void crash();
  bool is_up() const { return core_ != nullptr; }

  // The process dies in its next commit, before or after it lasts, and starts again `down` later.
  void die_in_commit(bool before, SteadyMicros down);
  void crash_for(SteadyMicros down);
  // Stops in order, within `most`, and starts again `down` later.
  void stop_for(SteadyMicros most, SteadyMicros down);
  void fill_disk(SteadyMicros until);
  void slow_disk(SteadyMicros until);
  // No death and no trouble with the disk is to come any more.
  void spare();
  void jump_clock(int64_t milliseconds) {
    offset_ms_ += milliseconds;
    furthest_ms_ = std::max(furthest_ms_, offset_ms_);
  }
  // The clock is where it was at its furthest: what was recorded then is not in the future any
  // more.
  void mend_clock() { offset_ms_ = furthest_ms_; }
  // Whether a jump is over: its time is what the clock says.
  bool believes_clock() const;

  // What it records at each start; may be empty.
  std::function<Effects(const Rows&, const Context&)> on_start;
  // Told after each commit that lasts.
  std::function<void()> on_commit;
  Store& store() { return disk_; }
  const Table& table() const { return *table_; }
  // Other settings: from its next start on.
  void set_table(const Table& table) { next_table_ = &table; }
  uint32_t member() const { return member_.index(); }

 private:
  void begin(std::string_view, std::string_view) override {}
  void end(std::string_view name, Code code) override;

  // Requests (daemon_requests.cpp).
  void on_requests(std::vector<net::Incoming> incoming);
  void admit(net::Incoming incoming);
  Status check_person(Request& request);
  void submit_query(Request request);
  void run_query(Request request);
  void submit_prepare(Request request);
  void reply(std::vector<Reply> replies);
  void reply_one(const ReplyAddress& to, Result<std::string> answer);
  UnixMillis reader_now(const Snapshot& snapshot) const;

  // The senders (daemon_senders.cpp).
  void submit_errand(Errand errand);
  void run_errand(const Errand& errand);
  void command_inside(const SenderRow::Ended& ended);

  // The writer and the feeds (daemon.cpp).
  void end_life();
  void later(SteadyMicros delay, std::function<void()> what);
  void wake_writer(SteadyMicros delay);
  void write();
  SteadyMicros commit_time();
  void carry_out(WriterCore::Output out);
  void publish(std::vector<AnnouncedFact> facts);
  void publish_watermark();
  void publish_signers();
  void with_feeds(const std::function<void(Feeds&, SteadyMicros)>& use);
  void arm_feeds();
  void ask_head(const std::string& owner);
  void read_journal_of(const Feeds::Read& read);
  UnixMillis wall() const { return world_.wall_ms() + offset_ms_; }

  World& world_;
  const Table* table_;
  const Table* next_table_;  // From the next start on.
  const uint32_t credit_;
  SeededRandom random_;
  Disk disk_;
  Member member_;
  int64_t offset_ms_ = 0, furthest_ms_ = 0;
  SteadyMicros full_until_ = 0, slow_until_ = 0;
  SteadyMicros down_ = 0;  // How long the death in a commit lasts.
  uint64_t life_ = 0;

  // Of one process; gone with it.
  std::unique_ptr<Builtin> builtin_;
  std::unique_ptr<TokenChecker> tokens_;
  std::unique_ptr<WriterCore> core_;
  std::unique_ptr<Feeds> feeds_;
  WriterCore::Input inbox_;
  bool started_ = false;  // on_start is committed.
  bool writing_ = false, draining_ = false;
  SteadyMicros write_at_ = kNever, feeds_at_ = kNever;
  int64_t wall_offset_ms_ = 0;
};

}  // namespace bilten::sim
