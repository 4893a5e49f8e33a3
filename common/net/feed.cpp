#include "common/net/feed.h"

#include <algorithm>
#include <utility>

namespace bilten::net {
namespace {

// A watermark may overtake the publications it counts: they get this long before we ask.
constexpr SteadyMicros kOvertakenUs = 20'000;
// With nothing heard this long (no watermark: bilten-events is away) we look for ourselves.
constexpr SteadyMicros kSilenceUs = 3'000'000;
constexpr SteadyMicros kFirstBackOffUs = 50'000;
constexpr uint32_t kFailuresMax = 10;
constexpr SteadyMicros kBackOffMaxUs = 2'000'000;
// Between reads that brought nothing though a hint promised something.
constexpr SteadyMicros kFruitlessUs = 100'000;

FeedCursor cursor_of(const mesh::JournalHead& head) {
  return {static_cast<uint64_t>(head.epoch), static_cast<uint64_t>(head.seq), head.hash.data};
}

}  // namespace

Feed::Feed(std::string owner, FeedCursor cursor, bool hears_facts)
    : owner_(std::move(owner)),
      hears_facts_(hears_facts),
      position_(cursor),
      committed_(std::move(cursor)) {
  known_head_ = position_.seq;
}

void Feed::on_publication(SteadyMicros now, Publication publication) {
  if (stop_ != FeedStop::none || accepting_) return;
  const auto& ext = publication.ext;
  if (ext.hash.size() != 32 || ext.previous_hash.size() != 32) return;
  silence_at_ = now + kSilenceUs;
  if (ext.epoch != position_.epoch) return doubt(now);
  if (publication.seq <= position_.seq) return;
  known_head_ = std::max(known_head_, publication.seq);
  if (buffer_.empty() && follows(publication) && has_room()) {
    take(publication);
  } else if (buffer_.size() < kBufferMax) {
    buffer_.try_emplace(publication.seq, std::move(publication));
  }
  settle(now);
}

bool Feed::follows(const Publication& publication) const {
  return publication.ext.previous == position_.seq &&
         publication.ext.previous_hash == position_.hash;
}

void Feed::take(Publication& publication) {
  auto& ext = publication.ext;
  hand_out({ext.at,
            std::move(publication.topic),
            std::move(publication.body),
            std::move(ext.traceparent),
            {position_.epoch, publication.seq, std::move(ext.hash)}});
}

void Feed::hand_out(FeedFact fact) {
  position_ = fact.after;
  ahead_.push_back(position_.seq);
  facts_.push_back(std::move(fact));
}

// Takes what is kept and fits by now, and works out whether the journal must be asked.
void Feed::settle(SteadyMicros now) {
  while (!buffer_.empty()) {
    const auto first = buffer_.begin();
    if (first->first > position_.seq) {
      if (!follows(first->second)) return want_read(now);
      if (!has_room()) return;
      take(first->second);
    }
    buffer_.erase(first);
  }
  if (known_head_ > position_.seq) {
    want_read(hears_facts_ ? now + kOvertakenUs : now);
  } else if (!doubtful_) {
    wanted_at_ = kNever;
  }
}

void Feed::on_head(SteadyMicros now, const mesh::JournalHead& head) {
  if (stop_ != FeedStop::none || accepting_) return;
  silence_at_ = now + kSilenceUs;
  const auto theirs = cursor_of(head);
  const auto last = std::exchange(last_head_, theirs.seq);
  if (theirs.epoch != position_.epoch) return doubt(now);
  if (theirs.seq == position_.seq && theirs.hash != position_.hash) return doubt(now);
  // A head below our position is old news, unless heads no longer rise.
  if (theirs.seq < position_.seq && theirs.seq <= last) return doubt(now);
  known_head_ = std::max(known_head_, theirs.seq);
  settle(now);
}

// A hint of another past. It may be a stray from before a restart: the owner's answer decides.
void Feed::doubt(SteadyMicros now) {
  doubtful_ = true;
  want_read(now);
}

void Feed::on_page(SteadyMicros now, mesh::JournalPage page) {
  reading_ = false;
  if (std::exchange(discard_, false)) return want_read(now);
  failures_ = 0;
  const bool was_doubtful = std::exchange(doubtful_, false);
  silence_at_ = now + kSilenceUs;
  if (std::exchange(accepting_, false)) {
    accept(page.head);
    return settle(now);
  }
  if (!adopt_epoch(page.head)) return;
  unproven_ = false;
  const auto before = position_.seq;
  for (auto& entry : page.facts) {
    const auto seq = static_cast<uint64_t>(entry.seq);
    if (seq <= position_.seq) continue;
    hand_out({entry.at.ms,
              std::move(entry.name),
              std::move(entry.body.data),
              std::move(entry.traceparent.data),
              {position_.epoch, seq, std::move(entry.hash.data)}});
  }
  known_head_ = std::max(position_.seq, static_cast<uint64_t>(page.head.seq));
  if (!buffer_.empty()) known_head_ = std::max(known_head_, buffer_.rbegin()->first);
  settle(now);
  if (known_head_ > position_.seq && buffer_.empty()) want_read(now);
  if (position_.seq == before && (was_doubtful || wanted_at_ != kNever)) {
    // Kept publications that fit nowhere are of another past, or newer than the page: the next
    // page or watermark brings those.
    buffer_.clear();
    not_before_ = now + kFruitlessUs;
  }
}

// A page's head says which epoch its facts are of. False: it is not ours, and the feed stops.
bool Feed::adopt_epoch(const mesh::JournalHead& head) {
  const auto epoch = static_cast<uint64_t>(head.epoch);
  if (position_.seq == 0 && position_.epoch == 0) position_.epoch = epoch;
  if (position_.epoch == epoch) return true;
  stop_ = FeedStop::epoch_changed;
  return false;
}

void Feed::accept(const mesh::JournalHead& head) {
  const auto theirs = cursor_of(head);
  const bool is_new_epoch = theirs.epoch != position_.epoch && head.epoch_seq >= 0;
  const auto began_at = static_cast<uint64_t>(head.epoch_seq);
  if (is_new_epoch && position_.seq > began_at && head.epoch_hash.data.size() == 32) {
    position_ = {theirs.epoch, began_at, head.epoch_hash.data};
  } else if (position_.seq >= theirs.seq) {
    position_ = theirs;
  } else {
    position_.epoch = theirs.epoch;
    unproven_ = true;
  }
  accepted_ = position_;
  known_head_ = theirs.seq;
  last_head_ = 0;
  ahead_.clear();
}

void Feed::on_read_failed(SteadyMicros now, const Error& error) {
  reading_ = false;
  if (std::exchange(discard_, false)) return want_read(now);
  if (error.reason == "epoch_changed") stop_ = FeedStop::epoch_changed;
  if (error.reason == "history_differs") stop_ = FeedStop::history_differs;
  failures_ = std::min(failures_ + 1, kFailuresMax);
  not_before_ = now + std::min(kBackOffMaxUs, kFirstBackOffUs << failures_);
  want_read(now);
}

std::vector<FeedFact> Feed::take_facts() {
  return std::exchange(facts_, {});
}

std::optional<mesh::JournalRead> Feed::read_due(SteadyMicros now) {
  if (now < next_wake()) return std::nullopt;
  reading_ = true;
  wanted_at_ = kNever;
  mesh::JournalRead read;
  if (accepting_) {
    read.bytes_max = 1;  // The head is all we want.
    return read;
  }
  read.epoch = static_cast<int64_t>(position_.epoch);
  read.after = static_cast<int64_t>(position_.seq);
  if (!unproven_) read.hash_at_after.data = position_.hash;
  return read;
}

SteadyMicros Feed::next_wake() const {
  if (stop_ != FeedStop::none || reading_ || !has_room()) return kNever;
  return std::max(std::min(wanted_at_, silence_at_), not_before_);
}

void Feed::want_read(SteadyMicros at) {
  wanted_at_ = std::min(wanted_at_, at);
}

void Feed::committed(SteadyMicros now, const FeedCursor& cursor) {
  committed_ = cursor;
  while (!ahead_.empty() && ahead_.front() <= cursor.seq) ahead_.pop_front();
  if (stop_ == FeedStop::none && !buffer_.empty()) settle(now);
}

void Feed::rewind(SteadyMicros now, const FeedCursor& stored) {
  position_ = committed_ = stored;
  unproven_ = false;
  ahead_.clear();
  facts_.clear();
  buffer_.clear();
  discard_ = reading_;
  want_read(now);
}

void Feed::accept_epoch(SteadyMicros now) {
  stop_ = FeedStop::none;
  accepting_ = true;
  doubtful_ = false;
  buffer_.clear();
  discard_ = reading_;
  failures_ = 0;
  not_before_ = now;
  want_read(now);
}

std::optional<FeedCursor> Feed::take_accepted() {
  return std::exchange(accepted_, std::nullopt);
}

bool Feed::head_reached(const mesh::JournalHead& head) const {
  return committed_.epoch == static_cast<uint64_t>(head.epoch) &&
         committed_.seq >= static_cast<uint64_t>(head.seq);
}

uint64_t Feed::lag() const {
  return known_head_ > committed_.seq ? known_head_ - committed_.seq : 0;
}

std::string fact_publication(const FeedFact& fact, const FeedCursor& previous) {
  Ext ext;
  ext.traceparent = fact.traceparent;
  ext.epoch = fact.after.epoch;
  ext.previous = previous.seq;
  ext.previous_hash = previous.hash;
  ext.at = fact.at;
  ext.hash = fact.after.hash;
  return event_frame(fact.name, fact.after.seq, ext, fact.body);
}

}  // namespace bilten::net
