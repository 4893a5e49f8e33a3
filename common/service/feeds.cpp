#include "common/service/feeds.h"

#include <algorithm>

#include "common/base/check.h"

namespace bilten {

namespace {

constexpr SteadyMicros kNever = INT64_MAX;
constexpr std::string_view kWatermark = "wm.";

Hash32 to_hash(const std::string& bytes) {
  Hash32 hash{};
  CHECK_INVARIANT(bytes.size() == hash.size());
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

net::FeedCursor to_feed(const Cursor& cursor) {
  return {cursor.epoch, cursor.seq, std::string(cursor.hash.begin(), cursor.hash.end())};
}

Cursor from_feed(const net::FeedCursor& cursor) {
  return {cursor.epoch, cursor.seq, to_hash(cursor.hash)};
}

Error not_followed(const std::string& owner) {
  return {Code::not_found, "not_followed", "This service does not take facts of " + owner + "."};
}

}  // namespace

Feeds::Feeds(const std::vector<Owner>& owners) {
  for (const auto& [owner, cursor, by_the_page] : owners) {
    Entry entry{.feed = net::Feed(owner, to_feed(cursor), !by_the_page),
                .handed = cursor.seq,
                .stored = cursor,
                .accepting = {},
                .skipping = {}};
    entries_.emplace(owner, std::move(entry));
  }
}

Feeds::Entry* Feeds::find(const std::string& owner) {
  const auto found = entries_.find(owner);
  return found == entries_.end() ? nullptr : &found->second;
}

void Feeds::on_publications(SteadyMicros now, std::vector<net::Publication> publications) {
  for (auto& publication : publications) {
    const std::string_view topic = publication.topic;
    if (topic.starts_with(kWatermark)) {
      auto* entry = find(std::string(topic.substr(kWatermark.size())));
      const auto head = decode<mesh::JournalHead>(publication.body);
      if (entry && head) entry->feed.on_head(now, *head);
    } else if (auto* entry = find(std::string(topic.substr(0, topic.find('.'))))) {
      entry->feed.on_publication(now, std::move(publication));
    }
  }
}

void Feeds::on_head(SteadyMicros now, const std::string& owner, const mesh::JournalHead& head) {
  if (auto* entry = find(owner)) entry->feed.on_head(now, head);
}

void Feeds::on_page(SteadyMicros now, const std::string& owner, mesh::JournalPage page) {
  if (auto* entry = find(owner)) entry->feed.on_page(now, std::move(page));
}

void Feeds::on_read_failed(SteadyMicros now, const std::string& owner, const Error& error) {
  if (auto* entry = find(owner)) entry->feed.on_read_failed(now, error);
}

void Feeds::written(SteadyMicros now, const std::string& owner, const Cursor& cursor,
                    uint64_t handed) {
  auto* entry = find(owner);
  CHECK_INVARIANT(entry);
  entry->stored = cursor;
  if (handed > 0) {
    CHECK_INVARIANT(entry->in_flight > 0);
    --entry->in_flight;
  } else if (entry->poison > 0) {
    // The order to skip has come through: the fact is handed in once more, and passed over.
    entry->poison = 0;
    entry->told_stopped = false;
    entry->rewind_at = now;
  } else {
    entry->handed = cursor.seq;
  }
  entry->feed.committed(now, to_feed(cursor));
  if (cursor.seq < handed && entry->rewind_at == 0) entry->rewind_at = now + kRewindAfter;
}

void Feeds::poisoned(const std::string& owner, uint64_t seq) {
  auto* entry = find(owner);
  CHECK_INVARIANT(entry);
  entry->poison = seq;
}

Status Feeds::accept(SteadyMicros now, const std::string& owner, const ReplyAddress& from) {
  auto* entry = find(owner);
  if (!entry) return not_followed(owner);
  if (entry->feed.stopped() == net::FeedStop::none) {
    return Error{Code::conflict, "feed_not_stopped", "The feed runs; there is nothing to accept."};
  }
  entry->feed.accept_epoch(now);
  entry->accepting = from;
  return Done{};
}

Status Feeds::skip(const std::string& owner, const ReplyAddress& from) {
  auto* entry = find(owner);
  if (!entry) return not_followed(owner);
  if (entry->poison == 0) {
    return Error{Code::conflict, "feed_not_stopped", "No fact of it ended this service."};
  }
  entry->skipping = from;
  return Done{};
}

Feeds::Output Feeds::take(SteadyMicros now) {
  Output out;
  for (auto& [owner, entry] : entries_) take_from(entry, now, out);
  return out;
}

void Feeds::take_from(Entry& entry, SteadyMicros now, Output& out) {
  const std::string& owner = entry.feed.owner();
  if (!why_stopped(entry).empty() && !entry.told_stopped) {
    entry.told_stopped = true;
    out.stopped.push_back(owner);
  }
  if (entry.skipping) {
    out.orders.push_back({*entry.skipping, owner, FeedOrder::Kind::skip, {.seq = entry.poison}});
    entry.skipping.reset();
  }
  if (entry.poison > 0) return;
  if (entry.rewind_at > 0 && entry.rewind_at <= now && entry.in_flight == 0) {
    entry.rewind_at = 0;
    entry.handed = entry.stored.seq;
    entry.feed.rewind(now, to_feed(entry.stored));
  }
  if (const auto accepted = entry.feed.take_accepted()) {
    entry.told_stopped = false;
    out.orders.push_back({entry.accepting.value_or(ReplyAddress{}), owner, FeedOrder::Kind::accept,
                          from_feed(*accepted)});
    entry.accepting.reset();
    entry.handed = accepted->seq;
  }
  // What is handed out before a rewind would only be dropped.
  if (entry.rewind_at == 0) {
    FeedFacts facts{.owner = owner, .epoch = 0, .facts = {}};
    for (auto& fact : entry.feed.take_facts()) {
      facts.epoch = fact.after.epoch;
      facts.facts.push_back({fact.after.seq, entry.handed, to_hash(fact.after.hash),
                             std::move(fact.name), std::move(fact.body),
                             std::move(fact.traceparent)});
      entry.handed = fact.after.seq;
    }
    if (!facts.facts.empty()) {
      ++entry.in_flight;
      out.facts.push_back(std::move(facts));
    }
  }
  if (auto read = entry.feed.read_due(now)) out.reads.push_back({owner, std::move(*read)});
}

SteadyMicros Feeds::next_wake() const {
  SteadyMicros soonest = kNever;
  for (const auto& [owner, entry] : entries_) {
    if (entry.poison > 0) continue;
    soonest = std::min(soonest, entry.feed.next_wake());
    if (entry.rewind_at > 0 && entry.in_flight == 0) soonest = std::min(soonest, entry.rewind_at);
  }
  return soonest;
}

std::string Feeds::why_stopped(const Entry& entry) {
  if (entry.poison > 0) return "poison";
  switch (entry.feed.stopped()) {
    case net::FeedStop::none: return "";
    case net::FeedStop::epoch_changed: return "epoch_changed";
    case net::FeedStop::history_differs: return "history_differs";
  }
  return "";
}

std::vector<Feeds::State> Feeds::states() const {
  std::vector<State> states;
  for (const auto& [owner, entry] : entries_) {
    states.push_back(
        {owner, why_stopped(entry), entry.stored.epoch, entry.stored.seq, entry.feed.lag()});
  }
  return states;
}

}  // namespace bilten
