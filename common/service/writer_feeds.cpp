// WriterCore, the facts of others: taken once each and in order, noted in the own journal, with the
// cursor in the same transaction; and the requests that wait for them.
#include "common/service/writer_turn.h"

namespace bilten {

namespace {

std::string fact_id(const std::string& owner, uint64_t seq) {
  return "f" + owner + ":" + std::to_string(seq);
}

Error feed_stopped(std::string_view owner) {
  return {.code = Code::unavailable,
          .reason = "feed_stopped",
          .detail = "What this request rests on comes from " + std::string(owner) +
                    ", whose facts are not taken until an operator has looked. Nothing was done.",
          .retry_after_ms = 10'000};
}

Error too_many_wait() {
  return {.code = Code::no_capacity,
          .reason = "no_capacity",
          .detail = "Too many requests wait for another service; try again shortly.",
          .retry_after_ms = 500};
}

}  // namespace

void WriterCore::obey(Turn& turn, const FeedOrder& order) {
  if (!table_.follows(order.owner)) {
    turn.out.replies.push_back(
        {order.from, Error{Code::not_found, "not_followed",
                           "This service does not take facts of " + order.owner + "."}});
    return;
  }
  if (order.kind == FeedOrder::Kind::accept) {
    turn.recording.set_cursor(order.owner, order.cursor);
  } else {
    skips_[order.owner] = order.cursor.seq;
  }
  const auto cursor = turn.recording.batch().cursor(order.owner).value_or(Cursor{});
  turn.out.cursors.push_back({order.owner, cursor, 0});
  stopped_.erase(order.owner);
  turn.touched.insert(order.owner);
  turn.out.replies.push_back({order.from, encode(Nothing{})});
}

void WriterCore::take_feed(Turn& turn, const FeedFacts& feed) {
  const Cursor stored = turn.recording.batch().cursor(feed.owner).value_or(Cursor{});
  Cursor cursor = stored;
  for (const auto& fact : feed.facts) {
    // A shell that was told to go back may still hand in what lies beyond: the journal has it.
    if (cursor.seq != 0 && cursor.epoch != feed.epoch) break;
    if (fact.seq <= cursor.seq) continue;
    if (fact.previous != cursor.seq || turn.recording.failed()) break;
    if (!take_fact(turn, feed.owner, fact)) break;
    cursor = {feed.epoch, fact.seq, fact.hash};
  }
  if (cursor.seq != stored.seq) turn.recording.set_cursor(feed.owner, cursor);
  turn.out.cursors.push_back({feed.owner, cursor, feed.facts.empty() ? 0 : feed.facts.back().seq});
  turn.touched.insert(feed.owner);
}

// False: the fact ended the process before, and its feed stops here.
bool WriterCore::take_fact(Turn& turn, const std::string& owner, const FeedFact& fact) {
  const ReactionRow* row = table_.reaction(fact.name);
  if (!row) return true;
  const auto id = fact_id(owner, fact.seq);
  if (options_.poisonous.contains(id)) {
    const auto skip = skips_.find(owner);
    if (skip != skips_.end() && skip->second == fact.seq) return true;
    turn.out.stopped.push_back({owner, fact.seq});
    turn.out.alarms.push_back("poisonous_fact " + fact.name + " " + id);
    stop_feed(turn, owner);
    return false;
  }
  watch_.begin(fact.name, id);
  if (!row->concerns || row->concerns(turn.rows(), fact.body)) {
    turn.recording.note(fact);
    if (row->decide) {
      turn.recording.record(row->decide(turn.rows(), context(turn, nullptr), fact.body),
                            fact.traceparent);
    }
  }
  watch_.end(fact.name, Code::ok);
  return true;
}

void WriterCore::start_waiting(Turn& turn, std::vector<Parked> queries) {
  for (auto& query : queries) park(turn, std::move(query.request), std::move(query.refusal));
  for (const auto& owner : stopped_) give_up(turn, parking_.given_up(owner), feed_stopped(owner));
}

// Lets go on what waited for owners that this step heard of.
void WriterCore::resume(Turn& turn) {
  for (const auto& owner : turn.touched) {
    const auto cursor = turn.recording.batch().cursor(owner).value_or(Cursor{});
    for (auto& request : parking_.reached(owner, cursor)) {
      if (request.query) {
        turn.out.queries_again.push_back(std::move(request));
      } else {
        request.prepared.reset();  // It looked at rows of before.
        take_command(turn, std::move(request));
      }
    }
  }
}

void WriterCore::park(Turn& turn, Request request, Error error) {
  const std::string owner(error.rests_on);
  if (stopped_.contains(owner)) return finish(turn, request, feed_stopped(owner));
  if (parking_.size() >= options_.parked_max) return finish(turn, request, too_many_wait());
  if (request.command) lead(request);
  parking_.park(owner, {std::move(request), std::move(error)});
}

void WriterCore::give_up(Turn& turn, const std::vector<Parked>& parked, const Error& error) {
  for (const auto& each : parked) expire(turn, each.request, error);
}

void WriterCore::stop_feed(Turn& turn, const std::string& owner) {
  stopped_.insert(owner);
  give_up(turn, parking_.given_up(owner), feed_stopped(owner));
}

}  // namespace bilten
