// The feeds of a daemon: one net::Feed for each service whose facts it takes, between the mesh and
// the writer. A state machine: the shell hands in what came and carries out what take() answers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/net/feed.h"
#include "common/service/request.h"

namespace bilten {

class Feeds {
 public:
  // After a commit that was refused: when what it held is handed in again.
  static constexpr SteadyMicros kRewindAfter = 1'000'000;

  // Each owner with the stored cursor.
  struct Owner {
    std::string name;
    Cursor cursor;
    bool by_the_page = false;  // Its facts are not heard one by one (Service::read_by_the_page).
  };
  explicit Feeds(const std::vector<Owner>& owners);

  void on_publications(SteadyMicros now, std::vector<net::Publication> publications);
  // The answers of `<owner>.journal.head` and `<owner>.journal.read`.
  void on_head(SteadyMicros now, const std::string& owner, const mesh::JournalHead& head);
  void on_page(SteadyMicros now, const std::string& owner, mesh::JournalPage page);
  void on_read_failed(SteadyMicros now, const std::string& owner, const Error& error);
  // What the writer says of the FeedFacts (handed > 0) and orders it was given.
  void written(SteadyMicros now, const std::string& owner, const Cursor& cursor, uint64_t handed);
  // The writer found a fact that ended the process before: the feed waits for skip().
  void poisoned(const std::string& owner, uint64_t seq);

  // Operators: takes an owner's new epoch for true; passes over a poisonous fact.
  // Refusals: not_followed, feed_not_stopped.
  Status accept(SteadyMicros now, const std::string& owner, const ReplyAddress& from);
  Status skip(const std::string& owner, const ReplyAddress& from);

  struct Read {
    std::string owner;
    mesh::JournalRead body;
  };
  struct Output {
    std::vector<FeedFacts> facts;      // For the writer, in this order.
    std::vector<FeedOrder> orders;     // For the writer.
    std::vector<Read> reads;           // To be sent as `<owner>.journal.read`.
    std::vector<std::string> stopped;  // For the writer and the log: newly stopped.
  };
  Output take(SteadyMicros now);
  // When take() has something to do without anything coming in.
  SteadyMicros next_wake() const;

  struct State {
    std::string owner, stopped;  // Why it stands still: "", epoch_changed, history_differs, poison.
    uint64_t epoch = 0, seq = 0, lag = 0;
  };
  std::vector<State> states() const;

 private:
  struct Entry {
    net::Feed feed;
    uint64_t handed = 0;         // The last position handed to the writer.
    uint64_t in_flight = 0;      // FeedFacts the writer has not spoken of yet.
    SteadyMicros rewind_at = 0;  // 0: not wanted.
    Cursor stored;
    uint64_t poison = 0;  // 0: none.
    bool told_stopped = false;
    std::optional<ReplyAddress> accepting, skipping;
  };

  Entry* find(const std::string& owner);
  static void take_from(Entry& entry, SteadyMicros now, Output& out);
  static std::string why_stopped(const Entry& entry);

  std::map<std::string, Entry> entries_;
};

}  // namespace bilten
