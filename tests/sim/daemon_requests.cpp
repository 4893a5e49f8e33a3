// The daemon's requests: from the mesh to the writer or a reader, and answers back.
#include <algorithm>

#include "common/crypto/crypto.h"
#include "tests/sim/daemon.h"

namespace bilten::sim {

namespace {

constexpr SteadyMicros kQueryMax = 500;
constexpr SteadyMicros kPrepareMax = 2 * kMillisecond;

}  // namespace

void Daemon::on_requests(std::vector<net::Incoming> incoming) {
  for (auto& each : incoming) admit(std::move(each));
  if (!inbox_.commands.empty()) wake_writer(world_.between(0, 50));
}

void Daemon::admit(net::Incoming incoming) {
  Request request;
  request.from = {incoming.link, incoming.generation, incoming.header.id};
  request.command = table_->command(incoming.name);
  request.query = request.command ? nullptr : table_->query(incoming.name);
  if (!request.command && !request.query) {
    later(world_.between(10, kQueryMax),
          [this, from = request.from, name = incoming.name, body = std::move(incoming.body)] {
            if (!builtin_->serves(name)) return world_.fail("nobody knows the message " + name);
            reply_one(from, builtin_->answer(name, body));
          });
    return;
  }
  request.body = std::move(incoming.body);
  request.token = std::move(incoming.ext.claims);
  request.principal = incoming.header.principal;
  request.call = incoming.ext.call;
  request.is_resent = (incoming.header.flags & flag::kAttemptMask) != 0;
  request.expires_at = incoming.expires_at;
  if (auto checked = check_person(request); !checked) {
    return reply_one(request.from, checked.error());
  }
  request.request_hash = crypto::hash({incoming.name, request.body});
  if (request.query) return submit_query(std::move(request));
  request.key = std::move(incoming.ext.idempotency_key);
  inbox_.commands.push_back(std::move(request));
}

Status Daemon::check_person(Request& request) {
  if (request.token.empty()) {
    if (request.description().caller != Caller::person) return Done{};
    return Error{Code::unauthenticated, "token_needed", "Log in and send the access token."};
  }
  auto claims = tokens_->check(request.token, world_.now() / kMillisecond + wall_offset_ms_);
  if (claims) {
    request.person = *claims;
  } else if (!table_->follows(claims.error().rests_on)) {
    return claims.error();
  }
  return Done{};
}

void Daemon::submit_query(Request request) {
  later(world_.between(10, kQueryMax),
        [this, held = std::make_shared<Request>(std::move(request))] {
          run_query(std::move(*held));
        });
}

void Daemon::run_query(Request request) {
  if (request.expires_at <= world_.now()) return reply_one(request.from, expired_in_queue());
  Result<std::string> answer = std::string();
  {
    const auto snapshot = disk_.snapshot();
    const UnixMillis now = reader_now(*snapshot);
    if (auto settled = settle_person(request, snapshot->rows(), now); !settled) {
      answer = settled.error();
    } else {
      answer = request.query->answer(
          {snapshot->rows(), snapshot->vault(), now, request.person ? &*request.person : nullptr},
          request.body);
    }
  }
  if (answer || !must_wait(*table_, request, answer.error())) {
    return reply_one(request.from, std::move(answer));
  }
  inbox_.queries.push_back({std::move(request), std::move(answer.error())});
  wake_writer(0);
}

void Daemon::submit_prepare(Request request) {
  later(world_.between(50, kPrepareMax),
        [this, held = std::make_shared<Request>(std::move(request))] {
          if (held->expires_at > world_.now()) {
            const auto snapshot = disk_.snapshot();
            held->prepared =
                held->command->prepare({snapshot->rows(), snapshot->vault(), reader_now(*snapshot),
                                        held->person ? &*held->person : nullptr},
                                       held->body);
          }
          inbox_.commands.push_back(std::move(*held));
          wake_writer(0);
        });
}

void Daemon::reply(std::vector<Reply> replies) {
  if (replies.empty()) return;
  std::vector<net::Mesh::Reply> frames;
  for (const auto& [to, answer] : replies) {
    if (to.inside) {
      (*to.inside)(answer);
      continue;
    }
    frames.push_back(
        {to.link, to.generation, to.id,
         answer ? net::reply_frame(to.id, *answer) : build_error(to.id, answer.error())});
  }
  member_.reply(std::move(frames));
}

void Daemon::reply_one(const ReplyAddress& to, Result<std::string> answer) {
  std::vector<Reply> replies;
  replies.push_back({to, std::move(answer)});
  reply(std::move(replies));
}

UnixMillis Daemon::reader_now(const Snapshot& snapshot) const {
  return std::max(world_.now() / kMillisecond + wall_offset_ms_, snapshot.head().at);
}

}  // namespace bilten::sim
