#include "common/net/mesh_core.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "common/base/check.h"
#include "common/wire/trace.h"

namespace bilten::net {
namespace {

using State = MeshLink::State;

// A request that left the broker before DRAIN reached it is here by then.
constexpr SteadyMicros kTurnAwayUs = 100'000;

// FNV-1a over both, mixed so that close endpoints score far apart.
uint64_t rendezvous_score(const Id& instance, std::string_view endpoint) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const auto part : {instance.view(), endpoint}) {
    for (const char byte : part) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  }
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
  return hash ^ (hash >> 31);
}

Error local_error(Code code, std::string detail) {
  return {code, std::string(word(code)), std::move(detail)};
}

}  // namespace

MeshCore::MeshCore(Options options, Random& random)
    : options_(std::move(options)), random_(random), calls_(options_.brokers.size(), random) {
  CHECK_INVARIANT(!options_.brokers.empty());
  links_.reserve(options_.brokers.size());
  for (const auto& endpoint : options_.brokers) links_.emplace_back(endpoint);
  order_.resize(links_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  const auto& instance = options_.ready.instance;
  std::sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
    return rendezvous_score(instance, links_[a].endpoint()) >
           rendezvous_score(instance, links_[b].endpoint());
  });
}

void MeshCore::call(SteadyMicros now, Call call, OnAnswer done) {
  ++counts_.calls;
  if (auto* pending = calls_.add(now, std::move(call), std::move(done))) send_call(now, *pending);
}

void MeshCore::cancel(SteadyMicros now, uint64_t id) {
  auto* call = calls_.find(id);
  if (!call) return;
  ++counts_.cancelled;
  send_cancel(now, *call);
  calls_.end(*call,
             Answer{Code::cancelled, {}, local_error(Code::cancelled, "the caller gave up")});
}

void MeshCore::send_cancel(SteadyMicros now, const PendingCall& call) {
  if (call.state != PendingCall::State::sent) return;
  Header header;
  header.command = Command::cancel;
  header.id = call.id;
  send(now, call.link, build_frame(header));
}

// Sticks to one broker, so that a flapping one is not tried between others; goes back to the
// preferred once that has proved stable. Calls under way stay where they are.
uint32_t MeshCore::route(SteadyMicros now) {
  if (current_ != kNone && links_[current_].usable()) {
    for (const auto index : order_) {
      if (index == current_) break;
      if (links_[index].stable(now)) current_ = index;
      if (current_ == index) break;
    }
    return current_;
  }
  current_ = kNone;
  for (const auto index : order_) {
    if (!links_[index].usable()) continue;
    current_ = index;
    break;
  }
  return current_;
}

void MeshCore::send_call(SteadyMicros now, PendingCall& call) {
  const auto wanted = call.call.broker;
  if (wanted && (*wanted >= links_.size() || links_[*wanted].state() != State::up)) {
    return calls_.end(call, local_error(Code::broker_lost, "no link to that broker"));
  }
  const auto link = wanted ? *wanted : route(now);
  if (link == kNone) {
    waiting_ = true;
    return;
  }
  if (call.sends > 0) ++counts_.resent;
  Header header;
  header.command = Command::request;
  header.id = call.id;
  header.shard = call.call.shard;
  const auto attempt = std::min<uint16_t>(call.sends, 15);
  header.flags = static_cast<uint16_t>(attempt << 8);
  if (call.call.idempotent) header.flags |= flag::kIdempotent;
  if (is_sampled(call.call.ext.traceparent)) header.flags |= flag::kSampled;
  header.set_class(call.call.request_class);
  header.ttl_ms = static_cast<uint32_t>(std::max<SteadyMicros>(1, (call.deadline - now) / 1000));
  calls_.mark_sent(call, link);
  send(now, link, build_frame(header, call.call.name, call.ext, call.call.body));
}

void MeshCore::send_waiting(SteadyMicros now) {
  if (!waiting_ || route(now) == kNone) return;
  waiting_ = false;
  calls_.each([&](PendingCall& call) {
    if (call.state == PendingCall::State::waiting) send_call(now, call);
  });
}

void MeshCore::send(SteadyMicros now, uint32_t link, std::string frame) {
  links_[link].sent(now);
  output_.frames.push_back({link, links_[link].generation(), std::move(frame)});
}

// The window is split over the brokers; each gets at least one place.
uint32_t MeshCore::credit_share(uint32_t credit) const {
  const auto brokers = static_cast<uint32_t>(links_.size());
  return (credit + brokers - 1) / brokers;
}

void MeshCore::send_ready(SteadyMicros now, uint32_t link) {
  Ready ready = options_.ready;
  if (draining_) {
    ready.services.clear();
    ready.role = PeerRole::client;
  }
  for (auto& claim : ready.services) claim.credit = credit_share(claim.credit);
  links_[link].ready_sent(now);
  send(now, link, control_frame(Command::ready, encode(ready)));
}

void MeshCore::send_beat(SteadyMicros now, uint32_t link) {
  std::optional<Load> load = Load{};
  if (options_.load) load = options_.load();
  if (load) {
    send(now, link, control_frame(Command::heartbeat, encode(*load)));
  } else {
    links_[link].sent(now);  // Asked again after the same pause.
  }
}

void MeshCore::reply(SteadyMicros now, Mesh::Reply reply) {
  CHECK_INVARIANT(reply.link < links_.size());
  auto& link = links_[reply.link];
  if (link.state() != State::up || link.generation() != reply.generation) {
    ++counts_.dropped_replies;
    return;
  }
  if (link.owed > 0 && !reply.is_part) --link.owed;
  send(now, reply.link, std::move(reply.frame));
}

void MeshCore::set_credit(SteadyMicros now, const std::string& service, uint32_t credit) {
  for (auto& claim : options_.ready.services) {
    if (claim.service == service) claim.credit = credit;
  }
  const auto body = encode(Credit{service, credit_share(credit)});
  for (uint32_t i = 0; i < links_.size(); ++i) {
    if (links_[i].state() == State::up) send(now, i, control_frame(Command::credit, body));
  }
}

void MeshCore::drain(SteadyMicros now) {
  if (draining_) return;
  draining_ = true;
  drained_at_ = now;
  for (uint32_t i = 0; i < links_.size(); ++i) {
    if (links_[i].state() == State::up) send(now, i, control_frame(Command::drain));
  }
}

void MeshCore::finish(SteadyMicros now) {
  for (uint32_t i = 0; i < links_.size(); ++i) {
    if (links_[i].state() == State::up) {
      send(now, i, control_frame(Command::disconnect, {}, Code::draining));
    }
  }
  calls_.each([&](PendingCall& call) {
    const bool sent = call.state == PendingCall::State::sent;
    calls_.end(call, local_error(sent ? Code::broker_lost : Code::draining,
                                 "this process stops; ask another, or this one again later"));
  });
}

bool MeshCore::connected() const {
  return std::any_of(links_.begin(), links_.end(),
                     [](const auto& link) { return link.state() == State::up; });
}

bool MeshCore::idle(SteadyMicros now) const {
  const bool is_worker = !options_.ready.services.empty();
  if (draining_ && is_worker && connected() && now - drained_at_ < kTurnAwayUs) return false;
  return calls_.size() == 0 && std::all_of(links_.begin(), links_.end(), [](const auto& link) {
           return link.owed == 0 && link.backlog.empty();
         });
}

SteadyMicros MeshCore::next_wake() const {
  SteadyMicros at = std::min(calls_.next_wake(), backlog_at_);
  for (uint32_t i = 0; i < links_.size(); ++i) {
    at = std::min(at, links_[i].next_wake(calls_.sent_on(i) > 0));
  }
  return at;
}

void MeshCore::wake(SteadyMicros now) {
  const auto away = now - std::exchange(awake_at_, now);
  for (uint32_t i = 0; i < links_.size(); ++i) {
    if (links_[i].state() != State::up || away < links_[i].silence_max()) continue;
    lose(now, i, Code::broker_lost, "this process did not run for too long");
  }
}

void MeshCore::tick(SteadyMicros now) {
  for (uint32_t i = 0; i < links_.size(); ++i) {
    auto& link = links_[i];
    switch (link.due(now, calls_.sent_on(i) > 0)) {
      case MeshLink::Need::nothing: break;
      case MeshLink::Need::open: open(now, i); break;
      case MeshLink::Need::give_up: lose(now, i, Code::broker_lost, "silent for too long"); break;
      case MeshLink::Need::ready: send_ready(now, i); break;
      case MeshLink::Need::beat: send_beat(now, i); break;
    }
  }
  if (now >= backlog_at_) {
    backlog_at_ = INT64_MAX;
    for (uint32_t i = 0; i < links_.size(); ++i) flush_backlog(links_[i], i);
  }
  for (auto* call : calls_.wake(now)) send_call(now, *call);
  send_waiting(now);
}

void MeshCore::open(SteadyMicros now, uint32_t link) {
  links_[link].opened(now);
  output_.sockets.push_back({link, true, links_[link].fruitless()});
  send_ready(now, link);
}

void MeshCore::lose(SteadyMicros now, uint32_t link, Code why, std::string_view detail) {
  const bool was_up = links_[link].state() == State::up;
  links_[link].closed(now, why, random_);
  output_.sockets.push_back({link, false});
  if (was_up || why != Code::broker_lost) {
    output_.notices.push_back({links_[link].endpoint(), why, std::string(detail)});
  }
  lose_calls(now, link);
}

void MeshCore::lose_calls(SteadyMicros now, uint32_t link) {
  calls_.each([&](PendingCall& call) {
    if (call.state != PendingCall::State::sent || call.link != link) return;
    if (calls_.lose(call)) send_call(now, call);
  });
}

}  // namespace bilten::net
