// GET /v1/stream: facts as they happen, by server-sent events, each to its audience. The id of an
// event names a position per owner ("event:45,ticket:123"), and a reader that comes back with it as
// Last-Event-ID misses nothing: what it lacks is read from the owners' journals. Facts come to this
// process only while somebody reads, but for those of the user service: they say who may see what.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/net/feed.h"
#include "gateway/audience.h"
#include "gateway/contracts.h"
#include "gateway/http.h"
#include "gateway/trace.h"

namespace bilten::gateway {

// Position of the last public fact, for each owner.
using Positions = std::map<std::string, uint64_t>;
std::string positions_text(const Positions& positions);
// Refuses (Code::invalid) what positions_text does not write.
Result<Positions> parse_positions(std::string_view text);

// One fact, ready for every reader that may see it.
struct StreamFact {
  std::string owner;
  uint64_t seq = 0;
  Addressee addressee;
  std::string event;  // The lines "event: ..." and "data: ...".
};
// Nothing if the contracts do not know the fact or no stream may show it.
std::optional<StreamFact> stream_fact(const Catalogue& catalogue, std::string_view owner,
                                      uint64_t seq, UnixMillis at, std::string_view name,
                                      std::string_view body);

struct StreamOptions {
  uint32_t readers_max = 300;
  uint32_t heartbeat_ms = 15'000;
  size_t behind_max = 2'000;    // Facts a reader may lag before it is cut.
  uint32_t linger_ms = 30'000;  // Facts still come when the last reader is gone: it may come back.
};

// Whether the facts of all services are to come here, or those of the user service alone.
using Hear = std::function<void(bool everything)>;

class Streams {
 public:
  Streams(StreamOptions options, const Contracts& contracts, CallService call, Hear hear,
          const Clock& clock);
  ~Streams();

  // On the mesh thread: keeps them for the follower and returns.
  void on_publications(std::vector<net::Publication> publications);
  void start();
  void stop();

  Response open(Request& request, const Trace& trace);
  // How far each owner that is followed has been handed out; all are while somebody reads.
  Positions positions() const;
  uint32_t readers() const { return readers_count_.load(); }

 private:
  struct Reader;
  struct Owner {
    net::Feed feed;
    uint64_t live_after = 0;  // Older facts are history: told to the book, not to readers.
  };

  // The follower's turn.
  void follow();
  bool is_wanted() const;
  void listen(bool wanted);
  void take(net::Publication publication);
  Owner* owner_of(const std::string& name);
  bool advance(Owner& owner);
  void begin_anew(const std::string& owner);
  void hand_out(const Owner& owner, const net::FeedFact& fact);

  // A reader's thread.
  Positions join(Reader& reader);
  void leave(Reader& reader);
  void serve(Outlet& outlet, Reader& reader, Positions positions);
  bool has_met(const Reader& reader) const;
  bool meet(Outlet& outlet, Reader& reader, Positions& positions);
  bool catch_up(Outlet& outlet, const Reader& reader, Positions& positions, const Positions& until);
  bool write_page(Outlet& outlet, const Reader& reader, Positions& positions,
                  const std::string& owner, const mesh::JournalPage& page, uint64_t until);
  bool write_live(Outlet& outlet, Reader& reader, Positions& positions);

  StreamOptions options_;
  const Contracts& contracts_;
  CallService call_;
  Hear hear_;
  const Clock& clock_;
  AudienceBook book_;

  // Of the follower alone.
  std::map<std::string, Owner> owners_;
  std::map<std::string, SteadyMicros> asked_;  // When an owner's head was last asked for.
  bool hears_all_ = false;

  mutable std::mutex mutex_;         // Of what follows.
  std::condition_variable arrived_;  // Wakes the follower.
  std::condition_variable met_;      // Wakes readers that have just come.
  std::vector<net::Publication> publications_;
  std::set<Reader*> readers_;
  uint64_t come_ = 0, met_until_ = 0;    // Readers ever, and how many of them a turn has met.
  std::optional<SteadyMicros> left_at_;  // When the last reader left.
  Positions positions_;                  // Handed out to readers.
  bool stopping_ = false;

  std::atomic<bool> knows_people_{false};  // The user service's past has been read.
  std::atomic<uint32_t> readers_count_{0};
  std::thread thread_;
};

}  // namespace bilten::gateway
