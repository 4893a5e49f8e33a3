// What the broker itself answers: $mesh.ping, info, stats, services, peers; and rules
// (steering.cpp).
#include <algorithm>

#include "broker/core.h"
#include "common/wire/mesh_admin.h"

namespace bilten::broker {
namespace {

constexpr size_t kWorkersShownMax = 1000;  // As mesh::ServiceInfo has it.
constexpr size_t kWatchesMax = 256;        // Who comes later is answered at once.

bool is_open_to_all(std::string_view name) {
  return name == "$mesh.ping" || name == "$mesh.info" || name == "$mesh.services" ||
         name == "$mesh.metrics" || name == "$mesh.ask";
}

mesh::WorkerInfo describe(const Claim& claim, SteadyMicros now) {
  const Peer& peer = *claim.peer;
  mesh::WorkerInfo info;
  info.instance = claim.instance;
  if (claim.remote) {
    info.broker = peer.name;
  } else {
    info.principal = peer.principal->rule.principal;
    info.build = peer.build;
  }
  info.version = claim.told.version;
  info.credit = claim.told.credit;
  info.inflight = claim.inflight;
  info.queue_ms = peer.queue_ms;
  info.owner = claim.told.owner;
  info.draining = peer.draining || claim.draining || claim.drained;
  info.weight = claim.weight;
  info.failures = claim.health.failures(now) * 1000 / Health::kOne;
  info.breaker_open = !claim.health.is_closed();
  info.shards = claim.told.shards;
  return info;
}

mesh::Services describe(const Registry& registry, SteadyMicros now) {
  mesh::Services answer;
  answer.index = registry.index();
  for (const auto& [name, service] : registry.services()) {
    auto& info = answer.services.emplace_back();
    info.service = name;
    info.contract_hash.data = service.contract_hash;
    for (const auto* claims : {&service.workers, &service.remote}) {
      for (const Claim* claim : *claims) {
        if (info.workers.size() < kWorkersShownMax) info.workers.push_back(describe(*claim, now));
      }
    }
  }
  return answer;
}

mesh::PeerInfo describe(const Neighbour& neighbour, const Peer* peer) {
  using State = net::MeshLink::State;
  mesh::PeerInfo info;
  info.address = neighbour.address.endpoint;
  info.name = neighbour.name;
  info.broker = neighbour.broker;
  const auto state = neighbour.link.state();
  info.state = state == State::up ? "up" : state == State::opening ? "opening" : "closed";
  info.refused = neighbour.refused;
  if (peer == nullptr) return info;
  info.inflight = peer->holds.size();
  for (const auto& claim : peer->claims) info.workers += claim->active ? 1 : 0;
  return info;
}

mesh::Stats describe(const Counters& counters) {
  mesh::Stats stats;
  for (const auto& [name, member] : Counters::list()) {
    stats.counters.push_back({std::string(name), static_cast<int64_t>(counters.*member)});
  }
  return stats;
}

}  // namespace

std::string Core::mesh_answer(std::string_view name) const {
  if (name == "$mesh.ping") return encode(mesh::Pong{{outside_.wall_ms()}});
  if (name == "$mesh.services") return encode(describe(registry_, now_));
  if (name == "$mesh.peers") {
    mesh::Peers answer;
    for (const auto& neighbour : neighbours_) {
      const auto peer = peers_.find(neighbour.peer);
      answer.peers.push_back(
          describe(neighbour, peer == peers_.end() ? nullptr : peer->second.get()));
    }
    return encode(answer);
  }
  if (name == "$mesh.stats") return encode(describe(counters_));
  if (name != "$mesh.info") return {};
  mesh::Info info;
  info.name = options_.name;
  info.build = options_.build;
  info.broker = options_.broker;
  info.started_at = {started_at_ms_};
  info.peers = static_cast<uint32_t>(peers_.size());
  info.inflight = requests_.used();
  for (const auto& [service_name, service] : registry_.services()) {
    info.queued += service.queue.size();
  }
  info.draining = draining_;
  return encode(info);
}

void Core::on_mesh(Peer& peer, const Frame& frame) {
  const Header& header = frame.header;
  if (!is_open_to_all(frame.name) && !peer.principal->rule.operations) {
    ++counters_.denied;
    return refuse(peer, header.id, header.flags, Code::denied);
  }
  if (header.flags & flag::kOneway) return;  // All of these are questions.
  if (frame.name == "$mesh.ask") return on_ask(peer, frame);
  if (auto ruled = rule_answer(peer, frame)) {
    return *ruled ? answer(peer, header.id, **ruled) : refuse(peer, header.id, ruled->error());
  }
  if (frame.name == "$mesh.services" && !frame.body.empty()) {
    const auto wish = decode<mesh::ServicesWatch>(frame.body);
    if (!wish) return refuse(peer, header.id, wish.error());
    if (watch(peer, frame, wish->since)) return;
  }
  const auto seen = seeing_answer(frame);
  if (seen && !*seen) return refuse(peer, header.id, seen->error());
  const auto body = seen ? **seen : mesh_answer(frame.name);
  if (body.empty()) return refuse(peer, header.id, header.flags, Code::no_service);
  if (body.size() > kBodyMax) return refuse(peer, header.id, header.flags, Code::too_large);
  answer(peer, header.id, body);
}

void Core::answer(Peer& peer, uint64_t id, const std::string& body) {
  Header header;
  header.command = Command::reply;
  header.id = id;
  const bool arrived = send(peer, build_frame(header, {}, {}, body)) == net::Sent::ok;
  ++(arrived ? counters_.answers : counters_.answers_dropped);
}

// False: answer it at once.
bool Core::watch(const Peer& peer, const Frame& frame, int64_t since) {
  const bool may_wait = since != 0 && since == registry_.index() && frame.header.ttl_ms > 0 &&
                        watches_.size() < kWatchesMax;
  if (!may_wait) return false;
  // Early enough that the answer arrives within the budget.
  const SteadyMicros until = now_ + SteadyMicros{frame.header.ttl_ms} * 900;
  watches_.push_back({peer.id, frame.header.id, until});
  watched_index_ = since;
  watch_at_ = std::min(watch_at_, until);
  return true;
}

bool Core::forget_watch(const Peer& peer, uint64_t id) {
  return std::erase_if(watches_, [&](const Watch& watch) {
           return watch.peer == peer.id && watch.id == id;
         }) > 0;
}

void Core::answer_watches() {
  watch_at_ = INT64_MAX;
  std::string body;
  std::erase_if(watches_, [&](const Watch& watch) {
    const auto peer = peers_.find(watch.peer);
    if (peer == peers_.end() || peer->second->gone) return true;
    if (watched_index_ == registry_.index() && watch.until > now_) {
      watch_at_ = std::min(watch_at_, watch.until);
      return false;
    }
    if (body.empty()) body = mesh_answer("$mesh.services");
    answer(*peer->second, watch.id, body);
    return true;
  });
}

}  // namespace bilten::broker
