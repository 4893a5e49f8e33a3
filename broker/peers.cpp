// The core's half that knows who is there: READY and claims, heartbeats, partings and losses.
#include <algorithm>
#include <utility>

#include "broker/core.h"

namespace bilten::broker {
namespace {

constexpr uint32_t kBadFramesMax = 3;
constexpr SteadyMicros kBadFramesMicros = 10'000'000;
// When the broker itself did not run for this long, silence proves nothing about its peers.
constexpr SteadyMicros kAsleepMicros = 500'000;
constexpr uint32_t kResendCost = 5;

std::string farewell_frame(Code code, std::string_view why) {
  Header header;
  header.command = Command::disconnect;
  header.code = static_cast<uint8_t>(code);
  Ext ext;
  ext.error_text = why;
  return build_frame(header, {}, ext.pack());
}

}  // namespace

void Core::set_access(SteadyMicros now, const std::vector<AccessRule>& rules) {
  now_ = now;
  for (auto& [name, principal] : principals_) {
    principal->known = false;
    principal->rule = AccessRule();
    principal->rule.principal = name;
  }
  for (const auto& rule : rules) {
    auto& principal = principals_[rule.principal];
    if (!principal) principal = std::make_unique<Principal>();
    principal->rule = rule;
    principal->known = true;
    set_limits(*principal);
  }
  for (auto& [id, peer] : peers_) {
    const auto& rule = peer->principal->rule;
    const bool may_stay =
        peer->principal->known && (peer->role != PeerRole::broker || rule.broker) &&
        std::ranges::all_of(peer->claims, [&](const auto& claim) {
          return !claim->active || claim->remote || matches_any(rule.serve, claim->service->name);
        });
    if (!may_stay) part_with(*peer, Code::denied, "access.toml has changed");
  }
  settle();
}

void Core::keep_keys(SteadyMicros now, const net::Guests& guests) {
  now_ = now;
  for (auto& [id, peer] : peers_) {
    const auto guest = guests.find(peer->key);
    if (peer->key.empty()) continue;
    if (guest != guests.end() && guest->second == peer->principal->rule.principal) continue;
    part_with(*peer, Code::denied, "its key is good no more");
  }
  settle();
}

void Core::count_handshakes(uint64_t admitted, uint64_t refused, uint64_t broken) {
  counters_.handshakes_admitted = admitted;
  counters_.handshakes_refused = refused;
  counters_.handshakes_broken = broken;
}

// An operator's, or the file's; the broker's own limit of requests in flight stands over it, as its
// pipes are sized.
void Core::set_limits(Principal& principal) {
  uint32_t most = principal.rule.inflight_max;
  uint32_t per_second = principal.rule.requests_per_second;
  if (const auto* rule = traffic_.limits(principal.rule.principal)) {
    most = rule->inflight_max.value_or(0);
    per_second = rule->requests_per_second.value_or(0);
  }
  const uint32_t bound = options_.inflight_per_principal;
  principal.inflight_max = most == 0 ? bound : std::min(most, bound);
  principal.pace.set_rate(per_second);
}

void Core::on_ready(Peer* peer, PeerId from, const Frame& frame, const net::Message& message) {
  auto ready = decode<Ready>(frame.body);
  if (!ready && peer != nullptr) return malformed(*peer, frame.header.id, ready.error().detail);
  if (!ready) return turn_away(from, Code::bad_frame, ready.error().detail);
  const auto name = outside_.principal_of(from, message);
  const auto principal = principals_.find(name);
  Peer candidate;
  candidate.id = from;
  candidate.principal = principal == principals_.end() ? nullptr : principal->second.get();
  candidate.key = outside_.key_of(message);
  candidate.role = ready->role;
  candidate.instance = ready->instance;
  candidate.incarnation = ready->incarnation;
  candidate.build = ready->build;
  candidate.name = ready->name;
  candidate.heartbeat_us =
      SteadyMicros{std::min(ready->heartbeat_ms, options_.heartbeat_ms)} * 1000;
  const auto verdict = judge(candidate, *ready);
  if (!verdict) {
    const Error& error = verdict.error();
    if (error.code == Code::fenced) ++counters_.fenced;
    outside_.note("peer_refused", name, error.detail);
    if (peer != nullptr) return part_with(*peer, error.code, error.detail);
    return turn_away(from, error.code, error.detail);
  }
  Peer& settled = settle_in(candidate);
  welcome(settled);
  take_claims(settled, ready->services);
  if (settled.role == PeerRole::broker) {
    settled.routes_seq = -1;
    routes_wanted_ = true;
  }
}

Status Core::judge(const Peer& candidate, const Ready& ready) {
  if (candidate.principal == nullptr || !candidate.principal->known) {
    return refusal(Code::denied, "access.toml knows no such principal");
  }
  if (ready.version_min > kProtocolVersion || ready.version_max < kProtocolVersion) {
    return refusal(Code::version, "this broker speaks version 1");
  }
  if (ready.role == PeerRole::broker) {
    if (auto verdict = judge_broker(candidate, ready); !verdict) return verdict;
  }
  if (ready.role != PeerRole::worker && !ready.services.empty()) {
    return refusal(Code::bad_frame, "a client claims no service; say role worker");
  }
  if (peers_.size() >= options_.peers_max && !peers_.contains(candidate.id)) {
    return refusal(Code::no_capacity, "too many connections; raise [broker] peers_max");
  }
  for (size_t i = 0; i < ready.services.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (ready.services[i].service == ready.services[j].service) {
        return refusal(Code::bad_frame, "a service is claimed twice in one READY");
      }
    }
    auto verdict = judge_claim(candidate, ready.services[i]);
    if (!verdict) return verdict;
  }
  return Done{};
}

Status Core::judge_claim(const Peer& candidate, const ServiceClaim& claim) {
  if (!matches_any(candidate.principal->rule.serve, claim.service)) {
    return refusal(Code::denied, "access.toml does not let it serve " + claim.service);
  }
  if (!registry_.has_room_for(claim.service)) {
    return refusal(Code::no_capacity, "too many services");
  }
  if (claim.shards && (!claim.owner || claim.shards->lo > claim.shards->hi)) {
    return refusal(Code::bad_frame, "shards are an owner's, from lo up to hi");
  }
  if (claim.owner && registry_.remote_owner_before(claim, candidate.instance) != nullptr) {
    return refusal(Code::fenced, claim.service + " is served by its owner at another broker");
  }
  for (Claim* holder : registry_.rivals(candidate, claim)) {
    if (takes_over(candidate, claim, *holder)) continue;
    // A holder that was killed a moment ago shows now; its successor need not wait.
    if (send(*holder->peer, control_frame(Command::heartbeat)) == net::Sent::gone) continue;
    return refusal(Code::fenced, claim.service + " is served by its owner; stop that one first");
  }
  return Done{};
}

Peer& Core::settle_in(const Peer& candidate) {
  auto& peer = peers_[candidate.id];
  if (!peer) {
    peer = std::make_unique<Peer>();
    ++counters_.peers_joined;
    outside_.note("peer_joined", candidate.principal->rule.principal, candidate.build);
  }
  peer->id = candidate.id;
  peer->principal = candidate.principal;
  peer->key = candidate.key;
  peer->role = candidate.role;
  peer->instance = candidate.instance;
  peer->incarnation = candidate.incarnation;
  peer->build = candidate.build;
  peer->name = candidate.name;
  peer->heartbeat_us = candidate.heartbeat_us;
  peer->heard_at = now_;
  peer->draining = false;
  beat_at_ = std::min(beat_at_, now_ + peer->heartbeat_us);
  return *peer;
}

void Core::take_claims(Peer& peer, const std::vector<ServiceClaim>& claims) {
  for (auto& had : peer.claims) {
    const bool kept = std::ranges::any_of(
        claims, [&](const ServiceClaim& claim) { return claim.service == had->service->name; });
    if (kept || !had->active) continue;
    registry_.retire(*had);
    flush_unserved(*had->service);
  }
  for (const auto& claim : claims) {
    for (Claim* holder : registry_.rivals(peer, claim)) {
      ++counters_.fenced;
      outside_.note("owner_replaced", holder->peer->principal->rule.principal, claim.service);
      part_with(*holder->peer, Code::fenced, "a newer owner has taken over");
    }
    Claim& settled = registry_.claim(peer, claim);
    apply_rules_to(settled);
    flush_unserved(*settled.service);  // It may hold fewer shards than before.
    pump(*settled.service);
  }
}

void Core::welcome(Peer& peer) {
  Welcome welcome;
  welcome.version = kProtocolVersion;
  welcome.broker = options_.broker;
  welcome.incarnation = options_.incarnation;
  welcome.name = options_.name;
  welcome.heartbeat_ms = static_cast<uint32_t>(peer.heartbeat_us / 1000);
  welcome.liveness = options_.liveness;
  welcome.frame_max = kFrameMax;
  welcome.principal = peer.principal->rule.number;
  welcome.draining = draining_;
  send(peer, control_frame(Command::welcome, encode(welcome)));
}

void Core::on_credit(Peer& peer, const Frame& frame) {
  const auto credit = decode<Credit>(frame.body);
  if (!credit) return malformed(peer, frame.header.id, credit.error().detail);
  // A service that it no longer claims: the CREDIT was on its way.
  Claim* claim = Registry::claim_of(peer, credit->service);
  if (claim == nullptr) return;
  claim->told.credit = credit->credit;
  registry_.touch();
  pump(*claim->service);
}

void Core::on_heartbeat(Peer& peer, const Frame& frame) {
  if (frame.body.empty()) return;
  const auto load = decode<Load>(frame.body);
  if (!load) return malformed(peer, frame.header.id, load.error().detail);
  peer.queue_ms = load->queue_ms;
}

void Core::on_drain(Peer& peer) {
  peer.draining = true;
  registry_.changed();
  for (auto& claim : peer.claims) flush_unserved(*claim->service);
}

void Core::malformed(Peer& peer, uint64_t id, std::string_view why) {
  ++counters_.bad_frames;
  if (now_ - peer.bad_since > kBadFramesMicros) {
    peer.bad_since = now_;
    peer.bad_frames = 0;
  }
  if (++peer.bad_frames >= kBadFramesMax) {
    ++counters_.bad_frame_alarms;
    outside_.note("peer_speaks_badly", peer.principal->rule.principal, why);
    return part_with(peer, Code::bad_frame, why);
  }
  ++counters_.errors;
  send(peer, build_error(id, refusal(Code::bad_frame, std::string(why))));
}

void Core::turn_away(PeerId stranger, Code code, std::string_view why) {
  net::Message message(farewell_frame(code, why));
  outside_.send(stranger, message);
}

void Core::part_with(Peer& peer, Code code, std::string_view why) {
  send(peer, farewell_frame(code, why));
  forget(peer);
}

// Takes effect in settle(): nothing that a step is walking over disappears under it.
void Core::forget(Peer& peer) {
  if (peer.gone) return;
  peer.gone = true;
  leaving_.push_back(peer.id);
}

void Core::settle() {
  // Losing one may show others to be gone, who are appended.
  for (size_t i = 0; i < leaving_.size(); ++i) lose(*peers_.at(leaving_[i]));
  leaving_.clear();
  tell_routes();
  if (watches_.empty()) return;
  if (watched_index_ != registry_.index() || now_ >= watch_at_) answer_watches();
}

void Core::lose(Peer& peer) {
  outside_.note("peer_left", peer.principal->rule.principal, peer.build);
  registry_.retire_all(peer);
  release_as_client(peer);
  release_as_worker(peer);
  for (auto& claim : peer.claims) flush_unserved(*claim->service);
  const PeerId id = peer.id;
  peers_.erase(id);
  if (Neighbour* neighbour = is_dialled(id) ? neighbour_of(id) : nullptr) {
    lose_neighbour(*neighbour, Code::broker_lost, "the link was lost");
  }
}

void Core::release_as_client(Peer& peer) {
  while (!peer.asked.empty()) {
    const uint32_t slot = peer.asked.front();
    if (requests_[slot].stage == Stage::sent) {
      abandon(slot);
    } else {
      finish(slot);
    }
  }
}

void Core::release_as_worker(Peer& peer) {
  while (!peer.holds.empty()) {
    const uint32_t slot = peer.holds.front();
    InFlight& request = requests_[slot];
    if (request.stage == Stage::abandoned) {
      finish(slot);
      continue;
    }
    release_holder(request, slot);
    wheel_.remove(requests_, slot);
    request.stage = Stage::arriving;
    Service& service = *request.service;
    const bool again = request.frame.size() > 0 && request.expires_at > now_ &&
                       service.resend_budget >= kResendCost && availability(request) == Code::ok;
    if (!again) {
      counters_.worker_lost += !request.is_copy;
      end_with(slot, Code::worker_lost);
      continue;
    }
    ++counters_.resent;
    service.resend_budget -= kResendCost;
    request.resent = true;
    // A copy: libzmq's thread may still be reading the bytes that were sent first.
    net::Message copy(request.frame.view());
    request.frame = net::Message();
    const auto attempt = static_cast<uint16_t>(request.flags + (1 << 8));
    if ((request.flags & flag::kAttemptMask) != flag::kAttemptMask) request.flags = attempt;
    patch_flags(copy.data(), request.flags);
    place(slot, copy);
  }
}

// Ends those that wait for workers who are all gone or draining.
void Core::flush_unserved(Service& service) {
  const bool is_uniform = !service.sharded && service.queue.pinned() == 0 && service.remote.empty();
  uint32_t slot = service.queue.front();
  while (slot != kNone) {
    const uint32_t next = service.queue.after(requests_, slot);
    const auto code = availability(requests_[slot]);
    if (code == Code::ok && is_uniform) return;
    if (code != Code::ok && code != Code::circuit_open) end_with(slot, code);
    slot = next;
  }
}

void Core::wake(SteadyMicros now) {
  now_ = now;
  const auto away = now - std::exchange(awake_at_, now);
  if (away < kAsleepMicros) return;
  for (auto& [id, peer] : peers_) {
    if (peer->gone || is_dialled(id) || away < silence_max(*peer)) continue;
    ++counters_.peers_lost;
    part_with(*peer, Code::unknown_peer, "this broker did not run for too long");
  }
  leave_neighbours(away);
  settle();
}

SteadyMicros Core::silence_max(const Peer& peer) const {
  return peer.heartbeat_us * options_.liveness;
}

void Core::beat() {
  const bool was_asleep = now_ - beat_at_ > kAsleepMicros;
  beat_at_ = INT64_MAX;
  for (auto& [id, peer] : peers_) {
    if (peer->gone || is_dialled(id)) continue;
    if (was_asleep) peer->heard_at = now_;
    beat_at_ = std::min(beat_at_, beat_one(*peer));
  }
}

// Answers when the peer wants to be looked at again.
SteadyMicros Core::beat_one(Peer& peer) {
  const SteadyMicros dead_at = peer.heard_at + silence_max(peer);
  if (now_ >= dead_at) {
    ++counters_.peers_lost;
    outside_.note("peer_silent", peer.principal->rule.principal, peer.build);
    part_with(peer, Code::unknown_peer, "silent for too long");
    return INT64_MAX;
  }
  // To a worker that holds requests the beat is a probe: a killed process shows as a failed send.
  const SteadyMicros probe = SteadyMicros{options_.probe_ms} * 1000;
  const auto interval = peer.holds.empty() ? peer.heartbeat_us : std::min(peer.heartbeat_us, probe);
  if (now_ >= peer.sent_at + interval) {
    if (send(peer, control_frame(Command::heartbeat)) == net::Sent::gone) return INT64_MAX;
    peer.sent_at = now_;
  }
  return std::min(dead_at, peer.sent_at + interval);
}

void Core::drain(SteadyMicros now) {
  now_ = now;
  draining_ = true;
  for (auto& [id, peer] : peers_) send(*peer, control_frame(Command::drain));
  settle();
}

void Core::farewell(SteadyMicros now) {
  now_ = now;
  for (auto& [id, peer] : peers_) part_with(*peer, Code::draining, "the broker stops");
  settle();
}

}  // namespace bilten::broker
