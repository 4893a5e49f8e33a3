#include "common/net/feed.h"

#include <catch2/catch.hpp>
#include <deque>

#include "common/base/random.h"

namespace bilten::net {
namespace {

std::string hash_of(uint64_t past, uint64_t seq) {
  if (seq == 0) return std::string(32, '\0');
  auto text = std::to_string(past) + "/" + std::to_string(seq);
  text.resize(32, '.');
  return text;
}

// An owner's public facts, with the holes that private ones leave. `past` tells histories apart.
struct Owner {
  uint64_t epoch = 5, past = 1;
  FeedCursor began = {5, 0, std::string(32, '\0')};  // Of the epoch.
  std::vector<FeedFact> facts;

  FeedCursor head() const {
    if (facts.empty()) return {epoch, 0, hash_of(past, 0)};
    return {epoch, facts.back().after.seq, facts.back().after.hash};
  }
  mesh::JournalHead wire_head() const {
    const auto at = head();
    return {static_cast<int64_t>(at.epoch),
            static_cast<int64_t>(at.seq),
            {at.hash},
            static_cast<int64_t>(began.seq),
            {began.hash}};
  }
  // A backup that held so many facts is put in place.
  void restore(size_t facts_kept) {
    facts.resize(facts_kept);
    ++epoch;
    ++past;
    began = head();
  }
  // Answers the publication.
  Publication append(uint64_t hole = 0) {
    const auto previous = head();
    const auto seq = previous.seq + 1 + hole;
    facts.push_back({static_cast<UnixMillis>(seq),
                     "ticket.sold",
                     "body" + std::to_string(seq),
                     {},
                     {epoch, seq, hash_of(past, seq)}});
    return *parse_event_frame(fact_publication(facts.back(), previous));
  }
  Result<mesh::JournalPage> read(const mesh::JournalRead& read, size_t facts_max) const {
    const auto after = static_cast<uint64_t>(read.after);
    if (read.epoch != 0 && static_cast<uint64_t>(read.epoch) != epoch) {
      return Error{Code::conflict, "epoch_changed", "another epoch"};
    }
    if (after > head().seq) return Error{Code::conflict, "history_differs", "ahead"};
    if (!read.hash_at_after.data.empty() && read.hash_at_after.data != hash_at(after)) {
      return Error{Code::conflict, "history_differs", "another past"};
    }
    mesh::JournalPage page;
    page.head = wire_head();
    for (const auto& fact : facts) {
      if (fact.after.seq <= after || page.facts.size() == facts_max) continue;
      page.facts.push_back({static_cast<int64_t>(fact.after.seq),
                            {fact.at},
                            fact.name,
                            {fact.body},
                            {fact.after.hash},
                            {}});
    }
    return page;
  }
  std::string hash_at(uint64_t seq) const {
    if (seq == 0) return std::string(32, '\0');
    for (const auto& fact : facts) {
      if (fact.after.seq == seq) return fact.after.hash;
    }
    return {};
  }
};

// Lets the feed read until it asks no more, and commits at once.
std::vector<FeedFact> level(Feed& feed, const Owner& owner, SteadyMicros& now) {
  std::vector<FeedFact> taken;
  for (int i = 0; i < 1000; ++i) {
    for (auto& fact : feed.take_facts()) {
      feed.committed(now, fact.after);
      taken.push_back(std::move(fact));
    }
    if (feed.next_wake() > now + 500'000) break;
    now = std::max(now, feed.next_wake());
    const auto read = feed.read_due(now);
    REQUIRE(read);
    auto page = owner.read(*read, 3);
    if (page) {
      feed.on_page(now, std::move(*page));
    } else {
      feed.on_read_failed(now, page.error());
    }
  }
  return taken;
}

TEST_CASE("a first start reads the owner's journal from the beginning", "[net]") {
  Owner owner;
  for (int i = 0; i < 10; ++i) owner.append(static_cast<uint64_t>(i % 3));
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  const auto read = feed.read_due(now);
  REQUIRE(read);
  CHECK(read->epoch == 0);
  CHECK(read->after == 0);
  CHECK_FALSE(feed.read_due(now + 60'000'000));
  feed.on_page(now, *owner.read(*read, 4));
  const auto taken = level(feed, owner, now);
  CHECK(taken.size() == 10);
  CHECK(feed.committed_cursor() == owner.head());
  CHECK(feed.head_reached(owner.wire_head()));
}

TEST_CASE("a publication that follows the position is taken without a question", "[net]") {
  Owner owner;
  owner.append();
  Feed feed("ticket", owner.head());
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  feed.on_publication(now, owner.append(2));
  feed.on_publication(now, owner.append());
  const auto facts = feed.take_facts();
  REQUIRE(facts.size() == 2);
  CHECK(facts[1].after == owner.head());
  CHECK(feed.next_wake() > now + 1'000'000);
  CHECK_FALSE(feed.head_reached(owner.wire_head()));
  feed.committed(now, facts[1].after);
  CHECK(feed.head_reached(owner.wire_head()));
}

TEST_CASE("a publication behind a gap waits for the page that fills it", "[net]") {
  Owner owner;
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  owner.append();
  feed.on_publication(now, owner.append());
  CHECK(feed.take_facts().empty());
  const auto read = feed.read_due(now + 100'000);
  REQUIRE(read);
  feed.on_publication(now, owner.append());
  feed.on_page(now, *owner.read(*read, 1));
  CHECK(feed.take_facts().size() == 3);
}

TEST_CASE("a watermark ahead leads to a read, unless the publications come first", "[net]") {
  Owner owner;
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  const auto publication = owner.append();
  feed.on_head(now, owner.wire_head());
  CHECK(feed.next_wake() <= now + 100'000);
  feed.on_publication(now, publication);
  CHECK(feed.next_wake() > now + 1'000'000);
  owner.append();
  feed.on_head(now, owner.wire_head());
  CHECK(level(feed, owner, now).size() == 2);
}

TEST_CASE("a feed that hears nothing looks for itself", "[net]") {
  Owner owner;
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  owner.append();
  now = feed.next_wake();
  CHECK(now < 10'000'000);
  CHECK(level(feed, owner, now).size() == 1);
}

TEST_CASE("an owner with another epoch stops the feed until it is accepted", "[net]") {
  Owner owner;
  for (int i = 0; i < 5; ++i) owner.append();
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);

  Owner restored = owner;
  restored.restore(3);
  feed.on_head(now, restored.wire_head());
  level(feed, restored, now);
  CHECK(feed.stopped() == FeedStop::epoch_changed);
  feed.on_publication(now, restored.append());
  CHECK(feed.take_facts().empty());
  CHECK_FALSE(feed.read_due(now + 600'000'000));

  feed.accept_epoch(now);
  // The fact of the new epoch stands at a position that was another's before: it is new to us.
  const auto taken = level(feed, restored, now);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].after == restored.head());
  CHECK(feed.stopped() == FeedStop::none);
  const auto accepted = feed.take_accepted();
  REQUIRE(accepted);
  CHECK(*accepted == restored.began);
  feed.on_publication(now, restored.append());
  CHECK(feed.take_facts().size() == 1);
}

TEST_CASE("an accepted feed takes what was recorded since the restore, and nothing twice",
          "[net]") {
  const auto before = GENERATE(2, 3, 5, 8);  // Facts that the reader took of the old epoch.
  const auto since = GENERATE(0, 1, 4, 20);  // Facts since the restore, to which it held 3.
  Owner owner;
  for (int i = 0; i < before; ++i) owner.append();
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  REQUIRE(feed.position().seq == static_cast<uint64_t>(before));

  while (owner.facts.size() < 8) owner.append();
  owner.restore(3);
  for (int i = 0; i < since; ++i) owner.append(1);
  feed.on_head(now, owner.wire_head());
  level(feed, owner, now);
  REQUIRE(feed.stopped() == FeedStop::epoch_changed);
  feed.accept_epoch(now);
  const auto taken = level(feed, owner, now);
  const size_t missed = before < 3 ? 3 - static_cast<size_t>(before) : 0;
  REQUIRE(taken.size() == missed + static_cast<size_t>(since));
  for (size_t i = 0; i < taken.size(); ++i) {
    CHECK(taken[i].after.seq == owner.facts[owner.facts.size() - taken.size() + i].after.seq);
  }
  CHECK(feed.position() == owner.head());
  CHECK(feed.stopped() == FeedStop::none);
}

TEST_CASE("an owner that does not say where its epoch began is taken from our position on",
          "[net]") {
  Owner owner;
  for (int i = 0; i < 5; ++i) owner.append();
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  owner.restore(3);
  for (int i = 0; i < 4; ++i) owner.append();
  auto head = owner.wire_head();
  head.epoch_seq = -1;
  feed.on_head(now, head);
  level(feed, owner, now);
  REQUIRE(feed.stopped() == FeedStop::epoch_changed);
  feed.accept_epoch(now);
  const auto read = feed.read_due(now);
  REQUIRE(read);
  CHECK(read->epoch == 0);
  auto page = owner.read(*read, 10);
  REQUIRE(page);
  page->head = head;
  feed.on_page(now, *page);
  const auto taken = level(feed, owner, now);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].after.seq == 6);
}

TEST_CASE("an owner whose data folder was copied back stops the feed", "[net]") {
  Owner owner;
  for (int i = 0; i < 5; ++i) owner.append();
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  feed.on_head(now, owner.wire_head());

  SECTION("its head is below the reader's position") {
    owner.facts.resize(3);
    feed.on_head(now, owner.wire_head());
  }
  SECTION("it has recorded other facts at the same positions") {
    owner.facts.resize(4);
    owner.past = 2;
    owner.append();
    feed.on_head(now, owner.wire_head());
  }
  SECTION("it announces a fact that does not follow") {
    owner.facts.resize(4);
    owner.past = 2;
    owner.append();
    feed.on_publication(now, owner.append());
  }
  level(feed, owner, now);
  CHECK(feed.stopped() == FeedStop::history_differs);
}

TEST_CASE("a stray hint of another past stops nothing", "[net]") {
  Owner owner;
  for (int i = 0; i < 5; ++i) owner.append();
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  Owner old = owner;
  old.epoch = 4;
  old.past = 9;
  feed.on_publication(now, old.append());
  feed.on_head(now, old.wire_head());
  CHECK(level(feed, owner, now).empty());
  CHECK(feed.stopped() == FeedStop::none);
  feed.on_publication(now, owner.append());
  CHECK(feed.take_facts().size() == 1);
}

TEST_CASE("an owner that is away is asked again, ever more seldom", "[net]") {
  Feed feed("ticket", {});
  SteadyMicros now = 0, last = 0;
  for (int i = 0; i < 20; ++i) {
    REQUIRE(feed.read_due(now));
    feed.on_read_failed(now, {Code::no_service, "no_service", ""});
    last = feed.next_wake() - now;
    CHECK(last >= 50'000);
    now = feed.next_wake();
  }
  CHECK(last >= 1'000'000);
  CHECK(last <= 5'000'000);
}

TEST_CASE("a writer that lags is not fed beyond the limit, and loses nothing", "[net]") {
  Owner owner;
  Feed feed("ticket", {});
  SteadyMicros now = 1'000'000;
  level(feed, owner, now);
  const auto total = 2 * Feed::kAheadMax + Feed::kBufferMax;
  for (uint64_t i = 0; i < total; ++i) feed.on_publication(now, owner.append());
  auto facts = feed.take_facts();
  CHECK(facts.size() == Feed::kAheadMax);
  CHECK_FALSE(feed.read_due(now + 60'000'000));
  size_t taken = 0;
  while (taken < total) {
    taken += facts.size();
    if (!facts.empty()) feed.committed(now, facts.back().after);
    facts = feed.take_facts();
    if (!facts.empty()) continue;
    now = std::max(now, feed.next_wake());
    if (auto read = feed.read_due(now)) feed.on_page(now, *owner.read(*read, 100'000));
    facts = feed.take_facts();
  }
  CHECK(taken == total);
  CHECK(feed.committed_cursor() == owner.head());
}

// The random test: a lossy network between an owner and a reader whose writer sometimes gives up.
class Reader {
 public:
  explicit Reader(uint64_t seed) : random_(seed), feed_("ticket", {}) {}

  void step() {
    now_ += static_cast<SteadyMicros>(random_.below(20'000));
    switch (random_.below(10)) {
      case 0:
      case 1:
      case 2: announce(); break;
      case 3: feed_.on_head(now_, owner_.wire_head()); break;
      case 4:
      case 5: deliver(); break;
      case 6: answer(); break;
      case 7: commit(); break;
      case 8:
        if (random_.below(20) == 0) give_up();
        break;
      default: break;
    }
    take();
  }
  // Nothing is lost from now on.
  void settle() {
    network_.clear();
    for (int i = 0; i < 400; ++i) {
      now_ += 50'000;
      if (i % 20 == 0) feed_.on_head(now_, owner_.wire_head());
      take();
      answer();
      take();
      commit();
    }
  }
  void check() const {
    REQUIRE(feed_.stopped() == FeedStop::none);
    REQUIRE(stored_.size() <= owner_.facts.size());
    for (size_t i = 0; i < stored_.size(); ++i) {
      REQUIRE(stored_[i].after == owner_.facts[i].after);
      REQUIRE(stored_[i].body == owner_.facts[i].body);
    }
  }
  bool is_level() const {
    return stored_.size() == owner_.facts.size() && feed_.committed_cursor() == owner_.head();
  }

 private:
  void announce() {
    auto publication = owner_.append(random_.below(3));
    const auto fate = random_.below(10);
    if (fate < 2) return;
    network_.push_back(publication);
    if (fate == 2) network_.push_back(publication);
    if (network_.size() > 1 && fate == 3) std::swap(network_.front(), network_.back());
  }
  void deliver() {
    for (auto left = random_.below(5); left > 0 && !network_.empty(); --left) {
      feed_.on_publication(now_, network_.front());
      if (random_.below(50) != 0) network_.pop_front();
    }
  }
  void answer() {
    if (!read_) return;
    const auto fate = random_.below(10);
    if (fate == 0) {
      feed_.on_read_failed(now_, {Code::worker_lost, "worker_lost", ""});
    } else {
      feed_.on_page(now_, *owner_.read(*read_, 1 + random_.below(8)));
    }
    read_.reset();
  }
  void take() {
    for (auto& fact : feed_.take_facts()) handed_.push_back(std::move(fact));
    if (!read_) {
      read_ = feed_.read_due(now_);
    } else {
      REQUIRE_FALSE(feed_.read_due(now_));
    }
  }
  void commit() {
    if (handed_.empty()) return;
    for (auto& fact : handed_) stored_.push_back(std::move(fact));
    handed_.clear();
    feed_.committed(now_, stored_.back().after);
  }
  void give_up() {
    handed_.clear();
    feed_.rewind(now_, stored_.empty() ? FeedCursor{} : stored_.back().after);
  }

  SeededRandom random_;
  Feed feed_;
  Owner owner_;
  SteadyMicros now_ = 0;
  std::deque<Publication> network_;
  std::optional<mesh::JournalRead> read_;
  std::vector<FeedFact> handed_, stored_;
};

TEST_CASE("whatever the network does, each fact is taken once, in order", "[net]") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Reader reader(seed);
    for (int i = 0; i < 2000; ++i) reader.step();
    reader.check();
    reader.settle();
    reader.check();
    CHECK(reader.is_level());
  }
}

}  // namespace
}  // namespace bilten::net
