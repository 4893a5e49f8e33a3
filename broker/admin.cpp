// What the broker itself answers: $mesh.ping, info, stats, services and peers.
#include "broker/core.h"
#include "common/wire/mesh_admin.h"

namespace bilten::broker {
namespace {

constexpr size_t kWorkersShownMax = 1000;  // As mesh::ServiceInfo has it.

bool is_open_to_all(std::string_view name) {
  return name == "$mesh.ping" || name == "$mesh.info" || name == "$mesh.services" ||
         name == "$mesh.metrics";
}

mesh::WorkerInfo describe(const Claim& claim) {
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
  info.draining = peer.draining || claim.draining;
  return info;
}

mesh::Services describe(const Registry& registry) {
  mesh::Services answer;
  answer.index = registry.index();
  for (const auto& [name, service] : registry.services()) {
    auto& info = answer.services.emplace_back();
    info.service = name;
    info.contract_hash.data = service.contract_hash;
    for (const auto* claims : {&service.workers, &service.remote}) {
      for (const Claim* claim : *claims) {
        if (info.workers.size() < kWorkersShownMax) info.workers.push_back(describe(*claim));
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
  if (name == "$mesh.services") return encode(describe(registry_));
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
  const auto seen = seeing_answer(frame);
  if (seen && !*seen) {
    ++counters_.errors;
    send(peer, build_error(header.id, seen->error()));
    return;
  }
  const auto body = seen ? **seen : mesh_answer(frame.name);
  if (body.empty()) return refuse(peer, header.id, header.flags, Code::no_service);
  if (body.size() > kBodyMax) return refuse(peer, header.id, header.flags, Code::too_large);
  if (header.flags & flag::kOneway) return;
  Header answer;
  answer.command = Command::reply;
  answer.id = header.id;
  const bool arrived = send(peer, build_frame(answer, {}, {}, body)) == net::Sent::ok;
  ++(arrived ? counters_.answers : counters_.answers_dropped);
}

}  // namespace bilten::broker
