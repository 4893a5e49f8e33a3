// The core's half that knows other brokers: the links it dials, what they tell of their workers,
// and what it tells of its own. A link is one way for requests: who dials forwards on it. Nothing
// is elected or agreed on; each broker believes each link's last ROUTES while that link lives.
#include <algorithm>

#include "broker/core.h"

namespace bilten::broker {
namespace {

// Workers that come and go quickly cost their neighbours no more than this.
constexpr SteadyMicros kRoutesEveryMicros = 20'000;

PeerId id_of(const Neighbour& neighbour) {
  return kDialled | (PeerId{neighbour.link.generation()} & 0xFFFFFF) << 8 | neighbour.number;
}

Routes routes_of(const Registry& registry) {
  Routes told;
  told.seq = registry.local_index();
  for (const auto& [name, service] : registry.services()) {
    for (const Claim* claim : service.workers) {
      if (told.routes.size() == Routes::kMax) return told;
      if (claim->peer->gone) continue;
      told.routes.push_back({claim->told, claim->instance, claim->incarnation,
                             claim->peer->draining || claim->drained});
    }
  }
  return told;
}

}  // namespace

Neighbour* Core::neighbour_of(PeerId peer) {
  const auto number = peer & 0xFF;
  if (!is_dialled(peer) || number >= neighbours_.size()) return nullptr;
  return neighbours_[number].peer == peer ? &neighbours_[number] : nullptr;
}

Peer* Core::peer_of(const Neighbour& neighbour) {
  const auto found = peers_.find(neighbour.peer);
  return found == peers_.end() ? nullptr : found->second.get();
}

// ---- the links ----

void Core::tend_neighbours() {
  for (auto& neighbour : neighbours_) {
    const Peer* peer = peer_of(neighbour);
    switch (neighbour.link.due(now_, peer != nullptr && !peer->holds.empty())) {
      case net::MeshLink::Need::nothing: break;
      case net::MeshLink::Need::open:
        if (draining_) break;
        neighbour.link.opened(now_);
        neighbour.peer = id_of(neighbour);
        outside_.dial(neighbour.number, neighbour.peer);
        introduce(neighbour);
        break;
      case net::MeshLink::Need::give_up:
        lose_neighbour(neighbour, Code::broker_lost, "silent for too long");
        break;
      case net::MeshLink::Need::ready: introduce(neighbour); break;
      case net::MeshLink::Need::beat: {
        net::Message beat(control_frame(Command::heartbeat));
        note_sent(neighbour, outside_.send(neighbour.peer, beat), true);
        break;
      }
    }
  }
}

void Core::leave_neighbours(SteadyMicros away) {
  for (auto& neighbour : neighbours_) {
    if (neighbour.link.state() != net::MeshLink::State::up) continue;
    if (away < neighbour.link.silence_max()) continue;
    lose_neighbour(neighbour, Code::broker_lost, "this broker did not run for too long");
  }
}

SteadyMicros Core::neighbours_due() const {
  SteadyMicros due = INT64_MAX;
  for (const auto& neighbour : neighbours_) {
    if (draining_ && neighbour.link.state() == net::MeshLink::State::closed) continue;
    const auto found = peers_.find(neighbour.peer);
    const bool busy = found != peers_.end() && !found->second->holds.empty();
    due = std::min(due, neighbour.link.next_wake(busy));
  }
  return due;
}

void Core::introduce(Neighbour& neighbour) {
  Ready ready;
  ready.role = PeerRole::broker;
  ready.instance = options_.broker;
  ready.incarnation = options_.incarnation;
  ready.build = options_.build;
  ready.heartbeat_ms = options_.heartbeat_ms;
  ready.name = options_.name;
  net::Message message(control_frame(Command::ready, encode(ready)));
  neighbour.link.ready_sent(now_);
  if (outside_.send(neighbour.peer, message) != net::Sent::ok) {
    neighbour.link.refused(now_, true, false);
  }
}

void Core::note_sent(Neighbour& neighbour, net::Sent sent, bool was_beat) {
  if (sent == net::Sent::ok) return neighbour.link.sent(now_);
  if (sent == net::Sent::gone || neighbour.link.refused(now_, false, was_beat)) {
    lose_neighbour(neighbour, Code::broker_lost, "the connection takes nothing more");
  }
}

void Core::lose_neighbour(Neighbour& neighbour, Code why, std::string_view detail) {
  if (neighbour.link.state() == net::MeshLink::State::closed) return;
  const bool was_up = neighbour.link.state() == net::MeshLink::State::up;
  neighbour.link.closed(now_, why, random_);
  outside_.hang_up(neighbour.number);
  if (was_up) outside_.note("neighbour_lost", neighbour.address.endpoint, detail);
  if (Peer* peer = peer_of(neighbour)) forget(*peer);
}

// ---- what they say ----

void Core::receive_dialled(PeerId from, const Result<Frame>& frame, net::Message& message,
                           bool more) {
  Neighbour* neighbour = neighbour_of(from);
  // Of a connection that was given up.
  if (neighbour == nullptr || neighbour->link.state() == net::MeshLink::State::closed) return;
  if (more || !frame) {
    ++counters_.bad_frames;
    return lose_neighbour(*neighbour, Code::bad_frame, "it does not speak this protocol");
  }
  neighbour->link.heard(now_);
  const auto command = frame->header.command;
  if (command == Command::welcome) return on_neighbour_welcome(*neighbour, *frame);
  if (command == Command::disconnect) {
    const auto error = error_of(*frame);
    turn_from(*neighbour, error.code == Code::ok ? Code::draining : error.code, error.detail);
    return;
  }
  Peer* peer = peer_of(*neighbour);
  if (peer == nullptr || peer->gone) return;  // Of no use before WELCOME.
  switch (command) {
    case Command::reply:
    case Command::error: return on_answer(*peer, *frame, message);
    case Command::partial: return on_partial(*peer, *frame, message);
    case Command::routes: return on_routes(*peer, *frame);
    case Command::drain: return on_drain(*peer);
    case Command::heartbeat: return;
    default: malformed(*peer, frame->header.id, "this command does not come on a dialled link");
  }
}

// It will be tried again, later and later; an operator reads once why.
void Core::turn_from(Neighbour& neighbour, Code why, const std::string& detail) {
  if (neighbour.refused != detail) {
    ++counters_.neighbours_refused;
    outside_.note("neighbour_refused", neighbour.address.endpoint, detail);
  }
  neighbour.refused = detail;
  lose_neighbour(neighbour, why, detail);
}

void Core::on_neighbour_welcome(Neighbour& neighbour, const Frame& frame) {
  const auto welcome = decode<Welcome>(frame.body);
  if (!welcome) return turn_from(neighbour, Code::version, "its WELCOME cannot be read");
  if (auto verdict = judge_neighbour(neighbour, *welcome); !verdict) {
    return turn_from(neighbour, verdict.error().code, verdict.error().detail);
  }
  neighbour.refused.clear();
  neighbour.broker = welcome->broker;
  neighbour.name = welcome->name;
  const bool is_new = neighbour.link.state() != net::MeshLink::State::up;
  if (neighbour.link.welcomed(now_, *welcome, random_)) {
    return lose_neighbour(neighbour, Code::broker_lost, "another process answers there now");
  }
  if (!is_new) return;
  Peer candidate;
  candidate.id = neighbour.peer;
  candidate.principal = principals_.find(neighbour.address.principal)->second.get();
  candidate.role = PeerRole::broker;
  candidate.instance = welcome->broker;
  candidate.incarnation = welcome->incarnation;
  candidate.name = welcome->name;
  candidate.heartbeat_us = SteadyMicros{welcome->heartbeat_ms} * 1000;
  settle_in(candidate).draining = welcome->draining;
}

Status Core::judge_neighbour(const Neighbour& neighbour, const Welcome& welcome) const {
  if (welcome.version != kProtocolVersion) {
    return refusal(Code::version, "it speaks another version of the protocol");
  }
  const auto principal = principals_.find(neighbour.address.principal);
  if (principal == principals_.end() || !principal->second->rule.broker) {
    return refusal(Code::denied,
                   "access.toml gives " + neighbour.address.principal + " no broker = true");
  }
  if (welcome.broker == options_.broker) {
    return refusal(Code::denied, "that is this broker itself; take it out of [broker] peers");
  }
  const bool doubled = welcome.name == options_.name ||
                       std::ranges::any_of(neighbours_, [&](const Neighbour& other) {
                         return &other != &neighbour &&
                                other.link.state() == net::MeshLink::State::up &&
                                other.name == welcome.name && other.broker != welcome.broker;
                       });
  if (doubled) {
    return refusal(Code::denied, "two brokers call themselves " + welcome.name +
                                     "; give each its own [broker] name");
  }
  return Done{};
}

// Who dials this broker and says to be one.
Status Core::judge_broker(const Peer& candidate, const Ready& ready) {
  if (!candidate.principal->rule.broker) {
    return refusal(Code::denied, "access.toml does not let it join as a broker");
  }
  if (ready.instance == options_.broker) {
    return refusal(Code::denied, "that is this broker itself; take it out of [broker] peers");
  }
  bool doubled = ready.name == options_.name;
  for (auto& [id, peer] : peers_) {
    if (peer->role != PeerRole::broker || peer->gone || is_dialled(id)) continue;
    if (peer->name != ready.name || peer->instance == ready.instance) continue;
    // One that was killed a moment ago shows now; its successor need not wait.
    if (send(*peer, control_frame(Command::heartbeat)) != net::Sent::gone) doubled = true;
  }
  if (!doubled) return Done{};
  return refusal(Code::denied,
                 "two brokers call themselves " + ready.name + "; give each its own [broker] name");
}

void Core::on_routes(Peer& peer, const Frame& frame) {
  const auto told = decode<Routes>(frame.body);
  if (!told) return malformed(peer, frame.header.id, told.error().detail);
  if (told->seq <= peer.routes_seq) return;
  peer.routes_seq = told->seq;
  registry_.claim_remote(peer, told->routes);
  for (auto& claim : peer.claims) apply_rules_to(*claim);
  for (const auto& route : told->routes) {
    if (route.claim.owner) yield_to(route);
  }
  for (auto& [name, service] : registry_.services()) {
    if (service.queue.size() == 0) continue;
    flush_unserved(service);
    pump(service);
  }
}

// An operator has raised the epoch elsewhere: the owner here is the old one.
void Core::yield_to(const Route& route) {
  Service* service = registry_.find(route.claim.service);
  if (service == nullptr) return;
  for (Claim* claim : service->workers) {
    if (!claim->told.owner || claim->instance == route.instance || claim->peer->gone) continue;
    if (claim->told.epoch >= route.claim.epoch || !overlap(claim->told, route.claim)) continue;
    ++counters_.fenced;
    outside_.note("owner_replaced", claim->peer->principal->rule.principal, route.claim.service);
    part_with(*claim->peer, Code::fenced, "an owner of a higher epoch serves at another broker");
  }
}

void Core::tell_routes() {
  if (registry_.local_index() != routes_told_) routes_wanted_ = true;
  if (!routes_wanted_ || now_ < routes_at_) return;
  routes_wanted_ = false;
  routes_told_ = registry_.local_index();
  std::string frame;
  for (auto& [id, peer] : peers_) {
    if (peer->role != PeerRole::broker || is_dialled(id) || peer->gone) continue;
    if (peer->routes_seq == routes_told_) continue;
    if (frame.empty()) frame = control_frame(Command::routes, encode(routes_of(registry_)));
    if (send(*peer, frame) == net::Sent::ok) {
      peer->routes_seq = routes_told_;
    } else {
      routes_wanted_ = true;
    }
  }
  if (!frame.empty()) routes_at_ = now_ + kRoutesEveryMicros;
}

const Principal* Core::principal_of_number(uint32_t number) const {
  for (const auto& [name, principal] : principals_) {
    if (principal->known && principal->rule.number == number) return principal.get();
  }
  return nullptr;
}

}  // namespace bilten::broker
