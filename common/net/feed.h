// A reader's view of one owner's facts: which to take, in what order, and when to ask the owner's
// journal for those that no publication brought (docs/protocol.md, section 8). A state machine: no
// clock, socket or thread; one thread drives it.
//
// Publications and watermarks are hints. They lead to facts where they fit the position exactly,
// and otherwise to a question; only the owner's answer to `journal.read` stops a feed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/net/mesh.h"
#include "common/wire/mesh_admin.h"

namespace bilten::net {

// How far an owner's public facts have been taken. Epoch 0 and seq 0: nothing yet.
struct FeedCursor {
  uint64_t epoch = 0, seq = 0;
  std::string hash = std::string(32, '\0');  // Of the fact at seq; zeros at seq 0.
  bool operator==(const FeedCursor&) const = default;
};

// One fact to take. The reader stores `after` in the transaction that holds the fact's effect.
struct FeedFact {
  UnixMillis at = 0;
  std::string name;         // "event.published"
  std::string body;         // MessagePack
  std::string traceparent;  // 25 bytes, or empty.
  FeedCursor after;         // The fact's own epoch, sequence and hash.
};

enum class FeedStop : uint8_t { none, epoch_changed, history_differs };

class Feed {
 public:
  // Facts handed out and not yet committed (and one page more); beyond it the journal keeps them.
  static constexpr uint64_t kAheadMax = 4096;
  // Publications kept while the facts before them are read from the journal.
  static constexpr size_t kBufferMax = 4096;

  // Goes on from the stored cursor. `hears_facts` false: no publication of a fact will come, so
  // what a watermark or head is ahead by is read at once.
  Feed(std::string owner, FeedCursor cursor, bool hears_facts = true);

  void on_publication(SteadyMicros now, Publication publication);
  // A watermark, or the answer of `<owner>.journal.head`.
  void on_head(SteadyMicros now, const mesh::JournalHead& head);
  // How the read that read_due() asked for ended.
  void on_page(SteadyMicros now, mesh::JournalPage page);
  void on_read_failed(SteadyMicros now, const Error& error);

  // Facts in order, each once, to commit in this order.
  std::vector<FeedFact> take_facts();
  // The body of a `<owner>.journal.read` to send now. After it there is none until its end was
  // told.
  std::optional<mesh::JournalRead> read_due(SteadyMicros now);
  // When read_due() is worth asking again; INT64_MAX while a read is under way or the feed stands.
  SteadyMicros next_wake() const;

  // The writer committed everything up to here; take_facts() may have more now.
  void committed(SteadyMicros now, const FeedCursor& cursor);
  // The writer gave up all that it was handed and had not committed: facts after the stored cursor
  // come again.
  void rewind(SteadyMicros now, const FeedCursor& stored);

  // Why the feed stands still: the owner's past is not the one this reader took facts from.
  FeedStop stopped() const { return stop_; }
  // An operator takes the owner's present history for the true one: the feed goes on after its
  // position, or, where the owner's new epoch began before that, from that beginning: what was
  // recorded since is new to us. Asks the owner where it stands first.
  void accept_epoch(SteadyMicros now);
  // A cursor to store although no fact came with it: once after accept_epoch() was answered.
  std::optional<FeedCursor> take_accepted();

  // True once everything up to the owner's `head` is committed here.
  bool head_reached(const mesh::JournalHead& head) const;

  const std::string& owner() const { return owner_; }
  const FeedCursor& position() const { return position_; }  // Handed out, perhaps uncommitted.
  const FeedCursor& committed_cursor() const { return committed_; }
  // How many positions the owner is known to be ahead of what is committed.
  uint64_t lag() const;

 private:
  static constexpr SteadyMicros kNever = INT64_MAX;

  bool follows(const Publication& publication) const;
  bool has_room() const { return ahead_.size() < kAheadMax; }
  void take(Publication& publication);
  void hand_out(FeedFact fact);
  void settle(SteadyMicros now);
  void doubt(SteadyMicros now);
  bool adopt_epoch(const mesh::JournalHead& head);
  void accept(const mesh::JournalHead& head);
  void want_read(SteadyMicros at);

  std::string owner_;
  bool hears_facts_;
  FeedCursor position_, committed_;
  std::deque<uint64_t> ahead_;  // Positions handed out and not committed.
  uint64_t known_head_ = 0;     // The highest position heard of.
  uint64_t last_head_ = 0;      // Of the last watermark.
  std::map<uint64_t, Publication> buffer_;
  std::vector<FeedFact> facts_;
  std::optional<FeedCursor> accepted_;
  FeedStop stop_ = FeedStop::none;
  bool accepting_ = false;
  bool unproven_ = false;  // What was accepted may have another past up to our position.
  bool doubtful_ = false;  // A hint of another past was heard and not yet cleared up.
  bool reading_ = false;
  bool discard_ = false;  // The read under way started from a position that no longer holds.
  uint32_t failures_ = 0;
  SteadyMicros wanted_at_ = 0;        // A read is wanted then, kNever: not.
  SteadyMicros silence_at_ = kNever;  // A read is due then if nothing is heard before.
  SteadyMicros not_before_ = 0;
};

// The bytes to publish for a public fact of ours; `previous` is the public fact before it (seq 0
// and a zero hash: none). The topic is the fact's name.
std::string fact_publication(const FeedFact& fact, const FeedCursor& previous);

}  // namespace bilten::net
