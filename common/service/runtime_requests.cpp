// Runtime, the requests: from the mesh to the writer or a pool, and answers back.
#include <algorithm>
#include <iterator>

#include "common/crypto/crypto.h"
#include "common/service/bounded_rows.h"
#include "common/service/runtime.h"

namespace bilten {

namespace {

constexpr int64_t kBrokersMax = 5;

ReplyAddress address_of(const net::Incoming& incoming) {
  return {incoming.link, incoming.generation, incoming.header.id,
          open_span(incoming.ext.traceparent, SpanKind::server, incoming.name)};
}

Error too_busy() {
  return {.code = Code::no_capacity,
          .reason = "no_capacity",
          .detail = "The service has too much to do; try again shortly.",
          .retry_after_ms = 200};
}

Error draining() {
  return {Code::draining, "draining", "The service is stopping; try again."};
}

Error poisonous() {
  return {Code::internal, "poisonous",
          "This request ended the service before and is not run again; report it."};
}

void append(std::vector<Request>&& more, std::vector<Request>& to) {
  if (to.empty()) {
    to = std::move(more);
  } else {
    std::move(more.begin(), more.end(), std::back_inserter(to));
  }
}

}  // namespace

// What one wake-up of the mesh brought for the writer, and what could be answered at once.
struct Runtime::Admitted {
  std::vector<Request> commands, to_prepare;
  std::vector<Reply> replies;
};

void Runtime::on_requests(std::vector<net::Incoming> incoming) {
  in_flight_ += static_cast<int64_t>(incoming.size());
  Admitted admitted;
  for (auto& each : incoming) admit(std::move(each), admitted);
  if (!admitted.commands.empty()) {
    inbox_.add(
        [&](WriterCore::Input& input) { append(std::move(admitted.commands), input.commands); });
  }
  submit_critical(std::move(admitted.to_prepare));
  reply(admitted.replies);
}

void Runtime::admit(net::Incoming incoming, Admitted& into) {
  Request request;
  request.from = address_of(incoming);
  if (draining_) return into.replies.push_back({request.from, draining()});
  // Brokers keep to their windows; whoever does not is not queued without end.
  if (in_flight_ > int64_t{options_.credit} * kBrokersMax) {
    return into.replies.push_back({request.from, too_busy()});
  }
  request.command = table_.command(incoming.name);
  request.query = request.command ? nullptr : table_.query(incoming.name);
  if (!request.command && !request.query) return serve_builtin(std::move(incoming), request.from);

  request.body = std::move(incoming.body);
  request.token = std::move(incoming.ext.claims);
  request.principal = incoming.header.principal;
  request.call = incoming.ext.call;
  request.is_resent = (incoming.header.flags & flag::kAttemptMask) != 0;
  request.expires_at = incoming.expires_at;
  if (auto checked = check_person(request); !checked) {
    return into.replies.push_back({request.from, checked.error()});
  }
  const std::string& covered = incoming.ext.request_hash;
  request.request_hash = crypto::hash({incoming.name, covered.empty() ? request.body : covered});
  if (request.query) return submit_query(std::move(request));
  request.key = std::move(incoming.ext.idempotency_key);
  const auto& span = request.from.span;
  request.traceparent = span ? span->traceparent() : std::move(incoming.ext.traceparent);
  auto& queue = is_prepared_first(request) ? into.to_prepare : into.commands;
  queue.push_back(std::move(request));
}

// Fills in the person, or leaves a token of an unknown key to those who can wait for it.
Status Runtime::check_person(Request& request) {
  if (request.token.empty()) {
    if (request.description().caller != Caller::person) return Done{};
    return Error{Code::unauthenticated, "token_needed", "Log in and send the access token."};
  }
  auto claims = tokens_.check(request.token, clock_.steady_us() / 1000 + wall_offset_ms_);
  if (claims) {
    request.person = *claims;
  } else if (!table_.follows(claims.error().rests_on)) {
    return claims.error();
  }
  return Done{};
}

void Runtime::serve_builtin(net::Incoming incoming, const ReplyAddress& from) {
  const std::string feeds = table_.name() + ".feeds.";
  if (incoming.name.starts_with(feeds)) {
    return serve_feeds(incoming.name.substr(feeds.size()), incoming.body, from);
  }
  if (!builtin_.serves(incoming.name)) {
    return reply_one(from, Error{Code::unsupported, "unknown_message",
                                 "The service has no message " + incoming.name + "."});
  }
  const bool queued =
      readers_->submit([this, from, name = incoming.name, body = std::move(incoming.body)](size_t) {
        reply_one(from, builtin_.answer(name, body));
      });
  if (!queued) reply_one(from, too_busy());
}

void Runtime::on_cancellations(const std::vector<net::Cancellation>& cancellations) {
  inbox_.add([&](WriterCore::Input& input) {
    for (const auto& each : cancellations) {
      const ReplyAddress from{each.link, each.generation, each.id};
      cancellations_.add(from);
      const auto found = std::ranges::find(input.commands, from, &Request::from);
      if (found != input.commands.end()) {
        found->is_cancelled = true;
      } else {
        input.cancelled.push_back(from);
      }
    }
  });
}

// Why a query that runs shall not go on.
std::optional<Error> Runtime::interrupted(const Request& request) const {
  if (cancellations_.contains(request.from)) return cancelled();
  if (request.expires_at > clock_.steady_us()) return std::nullopt;
  return Error{Code::deadline_inflight, "deadline_inflight",
               "The time budget ended while the rows were read; ask for less, or allow more time."};
}

void Runtime::submit_query(Request request) {
  const auto from = request.from;
  auto& pool = request.query->slow ? *slow_ : *readers_;
  const bool queued = pool.submit([this, request = std::move(request)](size_t slot) mutable {
    run_query(slot, std::move(request));
  });
  if (!queued) reply_one(from, too_busy());
}

void Runtime::run_query(size_t slot, Request request) {
  if (request.expires_at <= clock_.steady_us()) return reply_one(request.from, expired_in_queue());
  if (cancellations_.contains(request.from)) return reply_one(request.from, cancelled());
  const auto id = poison_id(request);
  if (in_hand_.poisonous().contains(id)) return reply_one(request.from, poisonous());
  const std::string& name = request.query->description.name;
  if (const auto& span = request.from.span) {
    span->note("bilten.queue_us", clock_.steady_us() - span->began_at());
  }
  watches_[slot].begin(name, id);
  const auto snapshot = store_.snapshot();
  const UnixMillis now = reader_now(*snapshot);
  Result<std::string> answer = std::string();
  if (auto settled = settle_person(request, snapshot->rows(), now); !settled) {
    answer = settled.error();
  } else {
    const BoundedRows rows(snapshot->rows(), [&] { return interrupted(request); });
    const Reader reader{rows, snapshot->vault(), now, request.person ? &*request.person : nullptr,
                        snapshot.get()};
    answer = request.query->answer(reader, request.body);
    if (rows.stopped()) answer = *rows.stopped();
  }
  watches_[slot].end(name, answer ? Code::ok : answer.error().code);
  if (answer || !must_wait(table_, request, answer.error())) {
    return reply_one(request.from, std::move(answer));
  }
  inbox_.add([&](WriterCore::Input& input) {
    input.queries.push_back({std::move(request), std::move(answer.error())});
  });
}

// A critical command is prepared before the writer sees it: its prepare is short, as the check of
// a scan's code, so the turn of the writer that a repeat of its key could spare it costs more. What
// cannot be judged here goes by the writer.
bool Runtime::is_prepared_first(const Request& request) const {
  const auto& command = *request.command;
  if (!command.prepare || !command.description.critical) return false;
  if (!request.person && !request.token.empty()) return false;
  const auto& poison = in_hand_.poisonous();
  return poison.empty() || !poison.contains(poison_id(request));
}

// What came together is prepared together and reaches the writer as one batch: fewer threads to
// wake, fewer commits. Only many are shared out.
void Runtime::submit_critical(std::vector<Request> requests) {
  constexpr size_t kTogether = 64;
  while (requests.size() > kTogether) {
    const auto rest = requests.end() - kTogether;
    std::vector<Request> some(std::make_move_iterator(rest),
                              std::make_move_iterator(requests.end()));
    requests.erase(rest, requests.end());
    submit_prepare(*readers_, std::move(some));
  }
  if (!requests.empty()) submit_prepare(*readers_, std::move(requests));
}

void Runtime::submit_prepare(Request request) {
  // It does not stand behind a password or a page to print.
  auto& pool = request.command->description.critical ? *readers_ : *slow_;
  std::vector<Request> one;
  one.push_back(std::move(request));
  submit_prepare(pool, std::move(one));
}

void Runtime::submit_prepare(Pool& pool, std::vector<Request> requests) {
  const auto shared = std::make_shared<std::vector<Request>>(std::move(requests));
  const bool queued = pool.submit([this, shared](size_t slot) {
    const auto snapshot = store_.snapshot();
    for (auto& request : *shared) run_prepare(slot, *snapshot, request);
    inbox_.add([&](WriterCore::Input& input) { append(std::move(*shared), input.commands); });
  });
  if (queued) return;
  for (auto& request : *shared) request.prepared = too_busy();
  inbox_.add([&](WriterCore::Input& input) { append(std::move(*shared), input.commands); });
}

void Runtime::run_prepare(size_t slot, const Snapshot& snapshot, Request& request) {
  request.is_cancelled = cancellations_.contains(request.from);
  if (request.is_cancelled || request.expires_at <= clock_.steady_us()) return;
  const std::string& name = request.command->description.name;
  watches_[slot].begin(name, poison_id(request));
  const Reader reader{snapshot.rows(), snapshot.vault(), reader_now(snapshot),
                      request.person ? &*request.person : nullptr};
  request.prepared = request.command->prepare(reader, request.body);
  watches_[slot].end(name, *request.prepared ? Code::ok : request.prepared->error().code);
}

void Runtime::reply(const std::vector<Reply>& replies) {
  if (replies.empty()) return;
  std::vector<net::Mesh::Reply> frames;
  frames.reserve(replies.size());
  for (const auto& [to, answer] : replies) {
    if (to.inside) {
      (*to.inside)(answer);
      continue;
    }
    frames.push_back(
        {to.link, to.generation, to.id,
         answer ? net::reply_frame(to.id, *answer) : build_error(to.id, answer.error())});
    if (to.span) to.span->end(answer ? Code::ok : answer.error().code);
  }
  in_flight_ -= static_cast<int64_t>(replies.size());
  mesh_->reply(std::move(frames));
}

void Runtime::reply_one(const ReplyAddress& to, Result<std::string> answer) {
  std::vector<Reply> replies;
  replies.push_back({to, std::move(answer)});
  reply(replies);
}

// The writer's idea of now, and like it never before what the snapshot holds.
UnixMillis Runtime::reader_now(const Snapshot& snapshot) const {
  return std::max(clock_.steady_us() / 1000 + wall_offset_ms_, snapshot.head().at);
}

}  // namespace bilten
