// WriterCore, the commands: once for each key, refused without a trace, answered after the commit.
#include <algorithm>

#include "common/service/writer_turn.h"
#include "common/wire/frame.h"

namespace bilten {

namespace {

Error key_reused() {
  return {Code::unprocessable, "key_reused",
          "The idempotency key was used for another request; take a fresh key."};
}

Error busy_key() {
  return {.code = Code::busy_key,
          .reason = "busy_key",
          .detail = "The same request is running already; ask again for its answer.",
          .retry_after_ms = 200};
}

StoredAnswer to_store(const Request& request, const Result<std::string>& answer, UnixMillis now) {
  StoredAnswer stored;
  stored.request_hash = request.request_hash;
  stored.at = now;
  if (answer) {
    stored.body = *answer;
  } else {
    stored.code = static_cast<uint8_t>(answer.error().code);
    stored.body = build_error(0, answer.error());  // The form in which the caller gets it.
  }
  return stored;
}

Result<std::string> from_store(StoredAnswer stored) {
  if (stored.code == static_cast<uint8_t>(Code::ok)) return std::move(stored.body);
  const auto frame = parse_frame(stored.body);
  CHECK_INVARIANT(frame);
  return error_of(*frame);
}

}  // namespace

void WriterCore::take_command(Turn& turn, Request request) {
  if (turn.recording.failed()) return finish(turn, request, std::string());  // Taken back anyway.
  if (request.is_cancelled) return expire(turn, request, cancelled());
  if (request.expires_at <= turn.steady) {
    return expire(turn, request, expired_in_queue());
  }
  if (answered_before(turn, request)) return;
  if (!options_.poisonous.empty() && options_.poisonous.contains(poison_id(request))) {
    return finish(turn, request,
                  Error{Code::internal, "poisonous",
                        "This request ended the service before and is not run again; report it."});
  }
  if (auto settled = settle_person(request, turn.rows(), turn.now()); !settled) {
    return refuse(turn, std::move(request), settled.error());
  }
  if (request.command->prepare && !request.prepared) {
    lead(request);
    turn.out.to_prepare.push_back(std::move(request));
    return;
  }
  if (request.prepared && !*request.prepared) {
    Error error = request.prepared->error();
    return refuse(turn, std::move(request), std::move(error));
  }
  run_command(turn, std::move(request));
}

// True: this key was used before, and the request has its answer or waits for it. A refusal is kept
// for copies of the same call alone.
bool WriterCore::answered_before(Turn& turn, Request& request) {
  if (request.key.empty()) return false;
  if (auto stored = turn.recording.batch().answer(request.key)) {
    if (stored->request_hash == request.request_hash) {
      finish(turn, request, from_store(std::move(*stored)));
    } else {
      finish(turn, request, key_reused());
    }
    return true;
  }
  if (const auto* refusal = refusals_.find(turn.steady, request)) {
    finish(turn, request, *refusal);
    return true;
  }
  const auto found = request.leads ? running_.end() : running_.find(request.key);
  if (found == running_.end()) return false;
  auto& running = found->second;
  if (running.request_hash != request.request_hash) {
    turn.out.replies.push_back({request.from, key_reused()});
  } else if (running.joined.size() >= options_.joined_max) {
    turn.out.replies.push_back({request.from, busy_key()});
  } else {
    running.joined.push_back(std::move(request));
  }
  return true;
}

void WriterCore::run_command(Turn& turn, Request request) {
  const std::string& name = request.command->description.name;
  watch_.begin(name, poison_id(request));
  auto decided = request.command->decide(turn.rows(), context(turn, &request), request.body);
  if (!decided) {
    watch_.end(name, decided.error().code);
    return refuse(turn, std::move(request), std::move(decided.error()));
  }
  watch_.end(name, decided->problem ? decided->problem->code : Code::ok);
  // A declared problem too may rest on rows that are behind: nothing is recorded before that is
  // known.
  if (decided->problem && must_wait(table_, request, *decided->problem)) {
    return park(turn, std::move(request), std::move(*decided->problem));
  }
  const bool recorded = turn.recording.record(*decided, request.traceparent);
  if (decided->problem && !recorded) {
    return refuse(turn, std::move(request), std::move(*decided->problem));
  }
  Result<std::string> answer = std::move(decided->answer);
  if (decided->problem) answer = std::move(*decided->problem);
  if (recorded && !request.key.empty()) {
    turn.recording.put_answer(request.key, to_store(request, answer, turn.now()));
  }
  finish(turn, request, answer);
}

void WriterCore::refuse(Turn& turn, Request request, Error error) {
  if (must_wait(table_, request, error)) {
    return park(turn, std::move(request), std::move(error));
  }
  if (request.is_resent && request.call != 0 && !request.key.empty()) {
    refusals_.add(turn.steady, request, error);
    turn.refused.push_back(request.key);
  }
  finish(turn, request, std::move(error));
}

// Answers the request and all repeats that joined it.
void WriterCore::finish(Turn& turn, const Request& request, const Result<std::string>& answer) {
  turn.out.replies.push_back({request.from, answer});
  for (const auto& joined : leave(request)) turn.out.replies.push_back({joined.from, answer});
}

// Its own time is over; the first of the repeats that have more of it takes its place.
void WriterCore::expire(Turn& turn, const Request& request, const Error& error) {
  turn.out.replies.push_back({request.from, error});
  for (auto& joined : leave(request)) take_command(turn, std::move(joined));
}

// What waits here and is wanted no more; repeats of it that are still wanted go on.
void WriterCore::cancel(Turn& turn, const std::vector<ReplyAddress>& addresses) {
  if (addresses.empty()) return;
  for (auto& [key, running] : running_) {
    std::erase_if(running.joined, [&](const Request& joined) {
      if (std::ranges::find(addresses, joined.from) == addresses.end()) return false;
      turn.out.replies.push_back({joined.from, cancelled()});
      return true;
    });
  }
  give_up(turn, parking_.cancelled(addresses), cancelled());
}

void WriterCore::lead(Request& request) {
  if (request.key.empty() || request.leads) return;
  running_.emplace(request.key, Running{request.request_hash, {}});
  request.leads = true;
}

// The request leads no longer; answers the repeats that waited for it.
std::vector<Request> WriterCore::leave(const Request& request) {
  if (!request.leads) return {};
  const auto found = running_.find(request.key);
  CHECK_INVARIANT(found != running_.end());
  auto joined = std::move(found->second.joined);
  running_.erase(found);
  return joined;
}

}  // namespace bilten
