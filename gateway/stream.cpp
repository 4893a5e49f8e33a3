#include "gateway/stream.h"

#include <algorithm>

#include "common/process/log.h"
#include "gateway/problem.h"
#include "gateway/session.h"

namespace bilten::gateway {
namespace {

constexpr uint32_t kReadBudgetMs = 2'000;
constexpr SteadyMicros kAskAgainUs = 1'000'000;
constexpr int64_t kTurnMs = 250;  // The longest a thread here sleeps through.
constexpr auto kMeetMax = std::chrono::milliseconds(2'500);  // An owner may be away.
constexpr std::string_view kWatermark = "wm.";

net::Call read_call(std::string name, std::string body) {
  net::Call call;
  call.name = std::move(name);
  call.body = std::move(body);
  call.budget_ms = kReadBudgetMs;
  call.request_class = Class::bulk;
  call.idempotent = true;
  return call;
}

bool is_shown(Audience audience) {
  return audience == Audience::everyone || audience == Audience::organization ||
         audience == Audience::person;
}

bool shows_facts(const ServiceDescription& service) {
  return std::any_of(service.facts.begin(), service.facts.end(),
                     [](const FactDescription& fact) { return is_shown(fact.audience); });
}

}  // namespace

// One open stream; its thread waits on `arrived`.
struct Streams::Reader {
  std::optional<api::user::Claims> claims;
  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<std::shared_ptr<const StreamFact>> facts;
  bool is_cut = false;  // Fell too far behind.
  // Of its own thread: owners that it named and that were not followed yet when it came.
  std::set<std::string> unmet;

  std::optional<Id> person() const {
    return claims ? std::optional(claims->person_id) : std::nullopt;
  }
};

Streams::Streams(StreamOptions options, const Contracts& contracts, CallService call, Hear hear,
                 const Clock& clock)
    : options_(options),
      contracts_(contracts),
      call_(std::move(call)),
      hear_(std::move(hear)),
      clock_(clock) {}

Streams::~Streams() {
  stop();
}

void Streams::start() {
  thread_ = std::thread([this] { follow(); });
}

void Streams::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  met_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Streams::on_publications(std::vector<net::Publication> publications) {
  {
    const std::lock_guard lock(mutex_);
    std::move(publications.begin(), publications.end(), std::back_inserter(publications_));
  }
  arrived_.notify_one();
}

Positions Streams::positions() const {
  const std::lock_guard lock(mutex_);
  return positions_;
}

// ---- following the owners ----

void Streams::follow() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    arrived_.wait_for(lock, std::chrono::milliseconds(kTurnMs), [this] {
      return stopping_ || !publications_.empty() || come_ != met_until_;
    });
    auto publications = std::exchange(publications_, {});
    const bool wanted = is_wanted();
    const auto come = come_;
    lock.unlock();
    if (wanted != hears_all_) listen(wanted);
    for (auto& publication : publications) take(std::move(publication));
    for (const auto& service : contracts_.current()->services) {
      if (shows_facts(*service) && (wanted || service->service == kUserService)) {
        owner_of(service->service);
      }
    }
    for (auto owner = owners_.begin(); owner != owners_.end();) {
      const auto here = owner++;
      if (!advance(here->second)) begin_anew(here->first);
    }
    const auto people = owners_.find(std::string(kUserService));
    if (people != owners_.end() &&
        people->second.feed.position().seq >= people->second.live_after) {
      knows_people_ = true;
    }
    lock.lock();
    met_until_ = come;
    met_.notify_all();
  }
}

// Under the mutex.
bool Streams::is_wanted() const {
  if (!readers_.empty()) return true;
  return left_at_ && clock_.steady_us() - *left_at_ < SteadyMicros{options_.linger_ms} * 1000;
}

// Owners that are not heard any more are forgotten, and followed from their present when somebody
// reads again.
void Streams::listen(bool wanted) {
  hears_all_ = wanted;
  hear_(wanted);
  asked_.clear();
  if (wanted) return;
  const auto is_other = [](const auto& owner) { return owner.first != kUserService; };
  std::erase_if(owners_, is_other);
  const std::lock_guard lock(mutex_);
  std::erase_if(positions_, is_other);
}

void Streams::take(net::Publication publication) {
  const std::string_view topic = publication.topic;
  const bool is_watermark = topic.starts_with(kWatermark);
  const std::string name(is_watermark ? topic.substr(kWatermark.size())
                                      : topic.substr(0, topic.find('.')));
  const auto owner = owners_.find(name);
  if (owner == owners_.end()) return;
  if (!is_watermark) {
    owner->second.feed.on_publication(clock_.steady_us(), std::move(publication));
  } else if (const auto head = decode<mesh::JournalHead>(publication.body)) {
    owner->second.feed.on_head(clock_.steady_us(), *head);
  }
}

// An owner is followed from its head as it is now; of the user service all is read, since its old
// facts say who may see what.
Streams::Owner* Streams::owner_of(const std::string& name) {
  if (const auto known = owners_.find(name); known != owners_.end()) return &known->second;
  auto& asked = asked_[name];
  const SteadyMicros now = clock_.steady_us();
  if (asked != 0 && now - asked < kAskAgainUs) return nullptr;
  asked = now;
  const auto answer = call_(read_call(name + ".journal.head", encode(Nothing{})));
  if (answer.code != Code::ok) return nullptr;
  const auto head = decode<mesh::JournalHead>(answer.body);
  if (!head) return nullptr;
  const auto seq = static_cast<uint64_t>(head->seq);
  net::FeedCursor cursor;
  if (name != kUserService) cursor = {static_cast<uint64_t>(head->epoch), seq, head->hash.data};
  {
    const std::lock_guard lock(mutex_);
    positions_[name] = seq;
  }
  auto& owner = owners_.emplace(name, Owner{net::Feed(name, cursor), seq}).first->second;
  owner.feed.on_head(clock_.steady_us(), *head);
  return &owner;
}

// An owner whose past is another now was restored. The gateway keeps no facts, so it begins at the
// owner's present; readers come back and are told from there.
void Streams::begin_anew(const std::string& owner) {
  log_warning("stream_owner_restored", {{"owner", owner}});
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): it may be the key erased here.
  const std::string name = owner;
  owners_.erase(name);
  const std::lock_guard lock(mutex_);
  positions_.erase(name);
  for (Reader* reader : readers_) {
    const std::lock_guard reader_lock(reader->mutex);
    reader->is_cut = true;
    reader->arrived.notify_one();
  }
}

// False: the feed has stopped for good.
bool Streams::advance(Owner& owner) {
  auto& feed = owner.feed;
  for (;;) {
    for (const auto& fact : feed.take_facts()) {
      hand_out(owner, fact);
      feed.committed(clock_.steady_us(), fact.after);
    }
    const auto read = feed.read_due(clock_.steady_us());
    if (!read) return feed.stopped() == net::FeedStop::none;
    const auto answer = call_(read_call(feed.owner() + ".journal.read", encode(*read)));
    auto page = answer.code == Code::ok ? decode<mesh::JournalPage>(answer.body)
                                        : Result<mesh::JournalPage>(answer.error);
    if (!page) {
      feed.on_read_failed(clock_.steady_us(), page.error());
      return feed.stopped() == net::FeedStop::none;
    }
    feed.on_page(clock_.steady_us(), std::move(*page));
  }
}

void Streams::hand_out(const Owner& owner, const net::FeedFact& fact) {
  const std::string& name = owner.feed.owner();
  if (name == kUserService) book_.take(fact.name, fact.body);
  if (fact.after.seq <= owner.live_after) return;
  auto made =
      stream_fact(*contracts_.current(), name, fact.after.seq, fact.at, fact.name, fact.body);
  const auto shared = made ? std::make_shared<const StreamFact>(std::move(*made)) : nullptr;
  const std::lock_guard lock(mutex_);
  positions_[name] = fact.after.seq;
  if (!shared) return;
  for (Reader* reader : readers_) {
    if (!book_.may_see(reader->person(), shared->addressee)) continue;
    const std::lock_guard reader_lock(reader->mutex);
    reader->is_cut = reader->is_cut || reader->facts.size() >= options_.behind_max;
    if (!reader->is_cut) reader->facts.push_back(shared);
    reader->arrived.notify_one();
  }
}

// ---- serving a reader ----

Response Streams::open(Request& request, const Trace& trace) {
  auto reader = std::make_shared<Reader>();
  const auto session = read_session(request.head.header("authorization"));
  if (!session) return problem(session.error(), trace.request_id);
  if (!session->token.empty()) {
    // Who has just started knows neither keys nor members: a good token must not be refused for it.
    if (!knows_people_) {
      return problem(
          503, Error{Code::unavailable, "not_ready", "The gateway has just started.", {}, 1'000},
          trace.request_id);
    }
    auto claims = book_.check(session->token, clock_.wall_ms());
    if (!claims) return problem(claims.error(), trace.request_id);
    reader->claims = *claims;
  }
  const auto positions = parse_positions(request.head.header("last-event-id"));
  if (!positions) return problem(positions.error(), trace.request_id);
  if (readers_count_.load() >= options_.readers_max) {
    return problem(503,
                   Error{Code::no_capacity,
                         "too_many_streams",
                         "All live streams are taken; try again later.",
                         {},
                         5'000},
                   trace.request_id);
  }
  Response response{.status = 200, .content_type = "text/event-stream"};
  response.add("Cache-Control", "no-store");
  response.add("X-Accel-Buffering", "no");  // nginx must not hold events back.
  if (request.head.method == "HEAD") return response;
  response.stream = [this, reader, start = *positions](Outlet& outlet) {
    serve(outlet, *reader, start);
  };
  return response;
}

// Where the owners stand, once the follower has asked them.
Positions Streams::join(Reader& reader) {
  ++readers_count_;
  std::unique_lock lock(mutex_);
  readers_.insert(&reader);
  const auto mine = ++come_;
  arrived_.notify_one();
  met_.wait_for(lock, kMeetMax, [&] { return stopping_ || met_until_ >= mine; });
  return positions_;
}

void Streams::leave(Reader& reader) {
  const std::lock_guard lock(mutex_);
  readers_.erase(&reader);
  if (readers_.empty()) left_at_ = clock_.steady_us();
  --readers_count_;
}

void Streams::serve(Outlet& outlet, Reader& reader, Positions positions) {
  const Positions now = join(reader);
  for (const auto& [owner, last] : now) {
    // Owners the reader did not name begin now, and so does one restored to before its position.
    auto& position = positions.try_emplace(owner, last).first->second;
    position = std::min(position, last);
  }
  for (const auto& [owner, last] : positions) {
    if (!now.contains(owner)) reader.unmet.insert(owner);
  }
  bool goes_on = outlet.write("retry: 2000\nid: " + positions_text(positions) + "\n\n") &&
                 catch_up(outlet, reader, positions, now);
  while (goes_on) goes_on = write_live(outlet, reader, positions);
  leave(reader);
}

// Whether one that the reader waits for is followed now.
bool Streams::has_met(const Reader& reader) const {
  if (reader.unmet.empty()) return false;
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(reader.unmet,
                             [&](const auto& owner) { return positions_.contains(owner); });
}

// What the reader lacks of an owner that was away when it came is read before it is told the news.
bool Streams::meet(Outlet& outlet, Reader& reader, Positions& positions) {
  if (reader.unmet.empty()) return true;
  Positions now = this->positions();
  std::erase_if(now, [&](const auto& owner) { return reader.unmet.erase(owner.first) == 0; });
  for (const auto& [owner, last] : now) positions[owner] = std::min(positions[owner], last);
  return catch_up(outlet, reader, positions, now);
}

bool Streams::catch_up(Outlet& outlet, const Reader& reader, Positions& positions,
                       const Positions& until) {
  for (const auto& [owner, last] : until) {
    while (positions[owner] < last) {
      mesh::JournalRead read;
      read.after = static_cast<int64_t>(positions[owner]);
      const auto answer = call_(read_call(owner + ".journal.read", encode(read)));
      const auto page = answer.code == Code::ok ? decode<mesh::JournalPage>(answer.body)
                                                : Result<mesh::JournalPage>(answer.error);
      // The reader comes back with the id it has.
      if (!page || !write_page(outlet, reader, positions, owner, *page, last)) return false;
      if (page->facts.empty()) break;
    }
  }
  return true;
}

bool Streams::write_page(Outlet& outlet, const Reader& reader, Positions& positions,
                         const std::string& owner, const mesh::JournalPage& page, uint64_t until) {
  const auto catalogue = contracts_.current();
  std::string out;
  for (const auto& entry : page.facts) {
    const auto seq = static_cast<uint64_t>(entry.seq);
    if (seq > until) break;
    positions[owner] = seq;
    const auto fact = stream_fact(*catalogue, owner, seq, entry.at.ms, entry.name, entry.body.data);
    if (!fact || !book_.may_see(reader.person(), fact->addressee)) continue;
    out += "id: " + positions_text(positions) + "\n" + fact->event + "\n";
  }
  if (out.empty()) out = ": reading\n\n";
  return !outlet.stopping() && outlet.write(out);
}

bool Streams::write_live(Outlet& outlet, Reader& reader, Positions& positions) {
  std::deque<std::shared_ptr<const StreamFact>> facts;
  const SteadyMicros beat_at = clock_.steady_us() + SteadyMicros{options_.heartbeat_ms} * 1000;
  while (facts.empty()) {
    std::unique_lock lock(reader.mutex);
    reader.arrived.wait_for(lock, std::chrono::milliseconds(kTurnMs),
                            [&] { return !reader.facts.empty() || reader.is_cut; });
    if (reader.is_cut || outlet.stopping()) return false;
    if (reader.claims && (reader.claims->expires_at.ms <= clock_.wall_ms() ||
                          book_.is_ended(reader.claims->session_id))) {
      return false;
    }
    facts.swap(reader.facts);
    lock.unlock();  // The follower holds the other mutex when it takes this one.
    if (has_met(reader)) break;
    if (facts.empty() && clock_.steady_us() >= beat_at) break;
  }
  if (!meet(outlet, reader, positions)) return false;
  std::string out;
  for (const auto& fact : facts) {
    auto& position = positions[fact->owner];
    if (fact->seq <= position) continue;
    position = fact->seq;
    out += "id: " + positions_text(positions) + "\n" + fact->event + "\n";
  }
  return outlet.write(out.empty() ? ": alive\n\n" : out);
}

}  // namespace bilten::gateway
