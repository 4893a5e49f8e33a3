#include "broker/core.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/wire/ext_scan.h"

namespace bilten::broker {
namespace {

// How long an abandoned request keeps its worker's credit: as long as a writer's turn may take
// before the worker stops beating.
constexpr SteadyMicros kAbandonedMicros = 10'000'000;
// Larger frames are not kept for a second sending: the broker's memory is worth more.
constexpr size_t kResendBytesMax = 64 * 1024;
constexpr uint32_t kResendBudgetMax = 1000;
constexpr SteadyMicros kFullPipeRetryMicros = 1000;
// A CANCEL is looked for among so many of its client's newest requests: it is best effort, and must
// not cost more than a request.
constexpr int kCancelStepsMax = 1024;

// What a client reads beside the code.
std::string_view advice(Code code) {
  switch (code) {
    case Code::no_service: return "no worker serves this just now";
    case Code::no_capacity: return "all workers are busy; try again after the time named";
    case Code::deadline_queued: return "the time budget ended before a worker was free";
    case Code::deadline_inflight: return "the time budget ended at the worker; it may have run";
    case Code::worker_lost: return "the worker was lost; the request may have run";
    case Code::denied: return "access.toml does not let this principal call that message";
    case Code::cancelled: return "cancelled by its client; it may have run";
    case Code::draining: return "going down in order; call again shortly";
    case Code::circuit_open: return "the workers of this version fail just now";
    case Code::rate_limited: return "this principal has too many requests in flight or a second";
    case Code::version: return "no worker has the version that the request is pinned to";
    default: return "";
  }
}

// What its client may be told: a worker that was lost may have run what a later one did not.
Code known_of(const InFlight& request, Code code) {
  return request.resent && ran(code) == Ran::no ? Code::worker_lost : code;
}

}  // namespace

Error refusal(Code code, std::string why) {
  return {code, std::string(word(code)), std::move(why)};
}

Core::Core(CoreOptions options, Random& random, Outside& outside)
    : options_(std::move(options)),
      random_(random),
      outside_(outside),
      started_at_ms_(outside.wall_ms()),
      requests_(options_.inflight_max, random) {
  CHECK_INVARIANT(options_.neighbours.size() <= kNeighboursMax);
  for (const auto& address : options_.neighbours) {
    neighbours_.emplace_back(address, static_cast<uint32_t>(neighbours_.size()));
  }
}

void Core::receive(SteadyMicros now, PeerId from, net::Message& message, bool more) {
  now_ = now;
  ++counters_.frames;
  const auto frame = parse_frame(message.view());
  if (is_dialled(from)) {
    receive_dialled(from, frame, message, more);
    return settle();
  }
  const auto found = peers_.find(from);
  Peer* peer = found == peers_.end() ? nullptr : found->second.get();
  if (peer != nullptr && more) {
    ++counters_.bad_frames;
    part_with(*peer, Code::bad_frame, "a message is one frame");
  } else if (frame && !more && frame->header.command == Command::ready) {
    on_ready(peer, from, *frame, message);
  } else if (peer == nullptr) {
    ++counters_.strangers;
    turn_away(from, Code::unknown_peer, "say READY first");
  } else if (!frame) {
    malformed(*peer, 0, frame.error().detail);
  } else {
    peer->heard_at = now;
    if (tap_.wants(now)) tap_.note(now, outside_.wall_ms(), *peer, *frame, random_);
    dispatch(*peer, *frame, message);
  }
  settle();
}

void Core::dispatch(Peer& peer, const Frame& frame, net::Message& message) {
  switch (frame.header.command) {
    case Command::request: return on_request(peer, frame, message);
    case Command::reply:
    case Command::error: return on_answer(peer, frame, message);
    case Command::partial: return on_partial(peer, frame, message);
    case Command::cancel: return on_cancel(peer, frame);
    case Command::credit: return on_credit(peer, frame);
    case Command::heartbeat: return on_heartbeat(peer, frame);
    case Command::drain: return on_drain(peer);
    case Command::disconnect: return forget(peer);
    case Command::ready:
    case Command::welcome:
    case Command::routes:
    case Command::event: break;
  }
  malformed(peer, frame.header.id, "this command is not for a broker");
}

// Why the request may not even wait for a worker; ok when it may. `asker`: whose rights count.
Code Core::admission(const Peer& peer, const Principal* asker, const Frame& frame,
                     const Service* service, const Wanted& wanted) const {
  const bool forwarded = peer.role == PeerRole::broker;
  if (asker == nullptr || !matches_any(asker->rule.call, frame.name)) return Code::denied;
  if (forwarded && frame.header.hops != 0) return Code::hop_limit;
  if (draining_) return Code::draining;
  if (frame.header.ttl_ms == 0) return Code::deadline_queued;
  if (service == nullptr) return Code::no_service;
  const auto reach = forwarded ? Reach::here : Reach::anywhere;
  const auto available = Registry::availability(*service, wanted, now_, reach);
  if (available != Code::ok) return available;
  // The broker that forwarded it has counted it.
  if (!forwarded && asker->inflight >= asker->inflight_max) return Code::rate_limited;
  return Code::ok;
}

void Core::on_request(Peer& peer, const Frame& frame, net::Message& message) {
  ++counters_.requests;
  const Header& header = frame.header;
  if (frame.service() == "$mesh") return on_mesh(peer, frame);
  const bool forwarded = peer.role == PeerRole::broker;
  if (forwarded && !(header.flags & flag::kForwarded)) {
    return malformed(peer, header.id, "a broker forwards, and asks nothing itself");
  }
  Service* service = registry_.find(frame.service());
  const Wanted wanted{header.shard, find_ext(frame.ext, ext_key::kVersionPin), {}, Lean::none};
  const Principal* asker = forwarded ? principal_of_number(header.principal) : peer.principal;
  auto verdict = admission(peer, asker, frame, service, wanted);
  uint32_t retry_ms = retry_after_ms(verdict, service);
  if (verdict == Code::ok && !forwarded && (retry_ms = keep_pace(*peer.principal)) > 0) {
    verdict = Code::rate_limited;
  }
  const uint32_t slot = verdict == Code::ok ? requests_.take() : kNone;
  if (verdict == Code::ok && slot == kNone) verdict = Code::no_capacity;
  if (verdict == Code::denied) ++counters_.denied;
  if (verdict == Code::rate_limited) ++counters_.rate_limited;
  if (verdict != Code::ok) return refuse(peer, header.id, header.flags, verdict, retry_ms);

  take_on(slot, peer, header, *service);
  InFlight& request = requests_[slot];
  request.forwarded = forwarded;
  request.shard = header.shard;
  request.pin = wanted.version;
  service->resend_budget = std::min(service->resend_budget + 1, kResendBudgetMax);
  if (!forwarded) patch_principal(message.data(), peer.principal->rule.number);
  // Workers see no difference, and of this flag only another broker's word counts.
  request.flags = static_cast<uint16_t>(header.flags & ~flag::kForwarded);
  if (header.flags & flag::kSampled) begin_span(slot, frame, message);
  if (traffic_.acts_on_requests()) return steer(slot, frame, message);
  place(slot, message);
}

// Its client waits from now on, until its budget ends.
void Core::take_on(uint32_t slot, Peer& client, const Header& header, Service& service) {
  InFlight& request = requests_[slot];
  request.urgency = Queue::urgency_of(header.request_class());
  request.service = &service;
  request.arrived_at = now_;
  request.expires_at = now_ + SteadyMicros{header.ttl_ms} * 1000;
  if (header.flags & flag::kOneway) return;
  request.client = &client;
  request.client_id = header.id;
  client.asked.push_back(requests_, slot);
  ++client.principal->inflight;
  ++waiting_;
}

void Core::place(uint32_t slot, net::Message& message) {
  Service& service = *requests_[slot].service;
  // Nobody overtakes those who wait for the same workers.
  bool may_go = service.queue.size() == 0;
  if (!may_go && (service.sharded || service.queue.pinned() > 0)) {
    pump(service);
    may_go = true;  // Whoever waits now waits for others.
  }
  if (!may_go || !try_send(slot, message)) enqueue(slot, message);
}

// A worker of this broker; another broker's only where none here takes work at all: a busy one is
// worth the wait.
Claim* Core::choose(const InFlight& request) {
  Service& service = *request.service;
  const Wanted wanted = wanted_of(request);
  const bool here = service.remote.empty() || request.forwarded ||
                    Registry::availability(service, wanted, now_, Reach::here) == Code::ok;
  return Registry::choose(here ? service.workers : service.remote, wanted, now_, random_, round_);
}

bool Core::try_send(uint32_t slot, net::Message& message) {
  InFlight& request = requests_[slot];
  ++round_;
  while (Claim* claim = choose(request)) {
    const auto sent = hand_over(slot, *claim, message);
    if (sent == net::Sent::ok) return true;
    if (sent == net::Sent::full) {
      claim->full_in_round = round_;
      pipes_full_ = true;
    }
  }
  return false;
}

net::Sent Core::hand_over(uint32_t slot, Claim& claim, net::Message& message) {
  InFlight& request = requests_[slot];
  patch_id(message.data(), requests_.token(slot));
  patch_flags(message.data(), claim.remote ? request.flags | flag::kForwarded : request.flags);
  patch_hops(message.data(), claim.remote ? 0 : 1);
  patch_ttl(message.data(), left_ms(request.expires_at, now_));
  const bool may_resend =
      (request.flags & flag::kIdempotent) && !request.resent && message.size() <= kResendBytesMax;
  net::Message kept = may_resend ? message.share() : net::Message();
  const auto sent = send(*claim.peer, message);
  if (sent != net::Sent::ok) return sent;
  give(slot, claim);
  request.frame = std::move(kept);
  ++counters_.forwarded;
  if (claim.remote) ++counters_.forwarded_to_brokers;
  return sent;
}

void Core::give(uint32_t slot, Claim& claim) {
  InFlight& request = requests_[slot];
  if (request.stage == Stage::queued) {
    request.service->queue.remove(requests_, slot);
    request.service->congestion.departed();
  }
  request.stage = Stage::sent;
  request.since = now_;
  request.holder = &claim;
  ++claim.inflight;
  claim.health.sent(now_);
  claim.peer->holds.push_back(requests_, slot);
  wheel_.set(requests_, slot, request.expires_at);
  beat_at_ = std::min(beat_at_, now_ + SteadyMicros{options_.probe_ms} * 1000);
}

void Core::enqueue(uint32_t slot, net::Message& message) {
  InFlight& request = requests_[slot];
  Service& service = *request.service;
  request.stage = Stage::queued;
  request.since = now_;
  request.frame = std::move(message);
  service.queue.push(requests_, slot);
  ++counters_.queued;
  if (service.queue.size() > options_.queue_max) {
    const uint32_t victim = service.queue.less_urgent_than(request.urgency);
    end_with(victim == kNone ? slot : victim, Code::no_capacity);
    if (victim == kNone) return;
  }
  look_at_ = std::min(look_at_, Congestion::next_look(now_));
  const auto wait_until = now_ + SteadyMicros{options_.queue_wait_ms} * 1000;
  wheel_.set(requests_, slot, std::min(request.expires_at, wait_until));
}

void Core::pump(Service& service) {
  uint32_t slot = service.queue.front();
  while (slot != kNone) {
    const uint32_t next = service.queue.after(requests_, slot);
    InFlight& request = requests_[slot];
    net::Message message = std::move(request.frame);
    if (request.expires_at <= now_) {
      ++counters_.expired;
      end_with(slot, Code::deadline_queued);
    } else if (!try_send(slot, message)) {
      request.frame = std::move(message);
      // The others wait for the same workers, unless some want a shard or a version.
      if (!service.sharded && service.queue.pinned() == 0) return;
    }
    slot = next;
  }
}

// The request whose token the peer may speak of: it has it. Or kNone.
uint32_t Core::held_by(const Peer& peer, uint64_t token) {
  const uint32_t slot = requests_.find(token);
  if (slot != kNone && requests_[slot].holder != nullptr && requests_[slot].holder->peer == &peer) {
    return slot;
  }
  ++counters_.answers_unclaimed;
  return kNone;
}

void Core::on_answer(Peer& peer, const Frame& frame, net::Message& message) {
  const uint32_t slot = held_by(peer, frame.header.id);
  if (slot == kNone) return;
  InFlight& request = requests_[slot];
  Service& service = *request.service;
  const auto said = static_cast<Code>(frame.header.code);
  if (request.stage == Stage::sent) {
    judge_worker(request, said);
    account(slot, said);
  }
  if (request.client != nullptr) {
    const auto known = known_of(request, said);
    if (frame.header.command == Command::error && known != said) {
      refuse(*request.client, request.client_id, 0, known);
    } else {
      pass_back(peer, request, message, counters_.answers);
    }
  }
  finish(slot);
  pump(service);
}

// A piece of an answer: it ends nothing and renews nothing, neither budget nor credit.
void Core::on_partial(Peer& peer, const Frame& frame, net::Message& message) {
  const uint32_t slot = held_by(peer, frame.header.id);
  if (slot == kNone) return;
  InFlight& request = requests_[slot];
  if (request.client == nullptr) return;
  request.frame = net::Message();  // Whoever ran it again would send the first pieces twice.
  pass_back(peer, request, message, counters_.partials);
}

// To the client, under the id and from the principal that it knows.
void Core::pass_back(const Peer& from, const InFlight& request, net::Message& message,
                     uint64_t& arrived) {
  patch_id(message.data(), request.client_id);
  // Another broker has stamped its worker's.
  if (from.role != PeerRole::broker) {
    patch_principal(message.data(), from.principal->rule.number);
  }
  const bool took = send(*request.client, message) == net::Sent::ok;
  ++(took ? arrived : counters_.answers_dropped);
}

// What the end of a request at its worker says about the worker.
void Core::judge_worker(const InFlight& request, Code code) {
  const auto verdict = verdict_on(code, now_ - request.since);
  if (request.is_copy || verdict == Verdict::none) return;
  Claim& claim = *request.holder;
  const auto change = claim.health.answered(now_, request.since, verdict == Verdict::well);
  if (change == Health::Change::none) return;
  const bool opened = change == Health::Change::opened;
  counters_.breakers_opened += opened;
  outside_.note(opened ? "breaker_opened" : "breaker_closed", claim.peer->principal->rule.principal,
                claim.service->name);
}

void Core::on_cancel(Peer& peer, const Frame& frame) {
  uint32_t slot = peer.asked.back();
  for (int step = 0; slot != kNone && step < kCancelStepsMax; ++step) {
    if (requests_[slot].client_id == frame.header.id) return end_with(slot, Code::cancelled);
    slot = peer.asked.previous(requests_, slot);
  }
  if (!watches_.empty() && forget_watch(peer, frame.header.id)) {
    refuse(peer, frame.header.id, 0, Code::cancelled);
  }
}

// The wheel's call: a budget, a wait or a grace has ended.
void Core::on_due(uint32_t slot) {
  InFlight& request = requests_[slot];
  if (request.stage == Stage::abandoned) {
    Service& service = *request.service;
    finish(slot);
    return pump(service);
  }
  if (request.stage == Stage::queued && request.expires_at > now_) {
    return end_with(slot, Code::no_capacity);
  }
  if (request.stage == Stage::held && request.expires_at > now_) return resume(slot);
  if (request.is_copy) return end_with(slot, Code::deadline_inflight);
  ++counters_.expired;
  if (request.stage == Stage::sent) judge_worker(request, Code::deadline_inflight);
  end_with(slot, request.stage == Stage::sent ? Code::deadline_inflight : Code::deadline_queued);
}

void Core::refuse(Peer& client, uint64_t id, uint16_t flags, Code code, uint32_t retry_after_ms) {
  ++counters_.errors;
  if (flags & flag::kOneway) return;
  Error error{code, std::string(word(code)), std::string(advice(code))};
  error.retry_after_ms = retry_after_ms;
  if (send(client, build_error(id, error)) != net::Sent::ok) ++counters_.answers_dropped;
}

void Core::refuse(Peer& client, uint64_t id, const Error& error) {
  ++counters_.errors;
  if (send(client, build_error(id, error)) != net::Sent::ok) ++counters_.answers_dropped;
}

// The broker's own answer. A worker that has the request keeps its slot until it answers too.
void Core::end_with(uint32_t slot, Code code) {
  InFlight& request = requests_[slot];
  account(slot, known_of(request, code));
  if (request.client != nullptr) {
    const auto known = known_of(request, code);
    refuse(*request.client, request.client_id, 0, known, retry_after_ms(known, request.service));
  }
  if (request.stage == Stage::sent) return abandon(slot);
  finish(slot);
}

void Core::abandon(uint32_t slot) {
  InFlight& request = requests_[slot];
  release_client(request, slot);
  request.stage = Stage::abandoned;
  request.frame = net::Message();
  wheel_.set(requests_, slot, now_ + kAbandonedMicros);
  Header cancel;
  cancel.command = Command::cancel;
  cancel.id = requests_.token(slot);
  send(*request.holder->peer, build_frame(cancel));
}

void Core::release_client(InFlight& request, uint32_t slot) {
  if (request.client == nullptr) return;
  request.client->asked.remove(requests_, slot);
  --request.client->principal->inflight;
  --waiting_;
  request.client = nullptr;
}

void Core::release_holder(InFlight& request, uint32_t slot) {
  if (request.holder == nullptr) return;
  request.holder->peer->holds.remove(requests_, slot);
  --request.holder->inflight;
  request.holder->health.released(request.since);
  request.holder = nullptr;
}

void Core::finish(uint32_t slot) {
  InFlight& request = requests_[slot];
  if (request.stage == Stage::queued) request.service->queue.remove(requests_, slot);
  release_client(request, slot);
  release_holder(request, slot);
  wheel_.remove(requests_, slot);
  if (request.flags & flag::kSampled) spans_.erase(requests_.token(slot));
  requests_.give_back(slot);
}

void Core::tick(SteadyMicros now) {
  now_ = now;
  due_.clear();
  wheel_.collect(requests_, now, due_);
  for (const uint64_t token : due_) {
    const uint32_t slot = requests_.find(token);
    // An earlier one's end may have moved or ended this one.
    if (slot != kNone && requests_[slot].due_at <= now) on_due(slot);
  }
  if (std::exchange(pipes_full_, false)) {
    for (auto& [name, service] : registry_.services()) pump(service);
  }
  if (now >= look_at_) look_at_queues();
  if (now >= beat_at_) beat();
  tend_neighbours();
  settle();
}

SteadyMicros Core::next_due() const {
  auto due = std::min({wheel_.next_due(), beat_at_, look_at_, watch_at_, neighbours_due()});
  if (routes_wanted_) due = std::min(due, routes_at_);
  return pipes_full_ ? std::min(due, now_ + kFullPipeRetryMicros) : due;
}

net::Sent Core::send(Peer& peer, net::Message& message) {
  if (peer.gone) return net::Sent::gone;
  const auto sent = outside_.send(peer.id, message);
  if (sent == net::Sent::ok) peer.sent_at = now_;
  if (sent == net::Sent::gone) forget(peer);
  if (is_dialled(peer.id)) note_sent(*neighbour_of(peer.id), sent, false);
  return sent;
}

net::Sent Core::send(Peer& peer, std::string_view frame) {
  net::Message message(frame);
  return send(peer, message);
}

}  // namespace bilten::broker
