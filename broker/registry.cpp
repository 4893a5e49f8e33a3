#include "broker/registry.h"

#include <algorithm>

#include "common/base/check.h"

namespace bilten::broker {
namespace {

bool takes_work(const Claim& claim) {
  return !claim.peer->gone && !claim.peer->draining && !claim.draining;
}

// Whether a is less loaded than b, without dividing.
bool is_lighter(const Claim& a, const Claim& b) {
  return uint64_t{a.inflight + 1} * b.told.weight < uint64_t{b.inflight + 1} * a.told.weight;
}

}  // namespace

Service* Registry::find(std::string_view name) {
  const auto found = services_.find(name);
  return found == services_.end() ? nullptr : &found->second;
}

bool Registry::has_room_for(std::string_view name) const {
  return services_.size() < kServicesMax || services_.contains(name);
}

std::vector<Claim*> Registry::rivals(const Peer& peer, const ServiceClaim& wanted) {
  std::vector<Claim*> found;
  Service* service = find(wanted.service);
  if (service == nullptr) return found;
  for (Claim* claim : service->workers) {
    if (claim->peer->id == peer.id || claim->peer->gone) continue;
    if (wanted.owner || claim->told.owner) found.push_back(claim);
  }
  return found;
}

Claim* Registry::claim_of(Peer& peer, std::string_view service) {
  for (auto& claim : peer.claims) {
    if (claim->active && claim->service->name == service) return claim.get();
  }
  return nullptr;
}

void Registry::claim(Peer& peer, const ServiceClaim& wanted) {
  auto had = std::ranges::find_if(
      peer.claims, [&](const auto& claim) { return claim->service->name == wanted.service; });
  if (had == peer.claims.end()) {
    Service& service = services_[wanted.service];
    service.name = wanted.service;
    auto fresh = std::make_unique<Claim>();
    fresh->peer = &peer;
    fresh->service = &service;
    had = peer.claims.insert(peer.claims.end(), std::move(fresh));
  }
  Claim& claim = **had;
  claim.told = wanted;
  claim.instance = peer.instance;
  claim.incarnation = peer.incarnation;
  claim.service->contract_hash = wanted.contract_hash.data;
  if (!claim.active) claim.service->workers.push_back(&claim);
  claim.active = true;
  ++index_;
  ++local_index_;
}

void Registry::retire(Claim& claim) {
  if (!claim.active) return;
  claim.active = false;
  std::erase(claim.remote ? claim.service->remote : claim.service->workers, &claim);
  ++index_;
  if (!claim.remote) ++local_index_;
}

void Registry::retire_all(Peer& peer) {
  for (auto& claim : peer.claims) retire(*claim);
}

void Registry::claim_remote(Peer& neighbour, const std::vector<Route>& routes) {
  const auto is_of = [](const Route& route) {
    return [&route](const auto& claim) {
      return claim->instance == route.instance && claim->service->name == route.claim.service;
    };
  };
  for (auto& had : neighbour.claims) {
    const bool kept =
        std::ranges::any_of(routes, [&](const Route& route) { return is_of(route)(had); });
    if (!kept) retire(*had);
  }
  // Those of workers that are long gone would only pile up.
  std::erase_if(neighbour.claims,
                [](const auto& claim) { return !claim->active && claim->inflight == 0; });
  for (const auto& route : routes) {
    if (!has_room_for(route.claim.service)) continue;
    auto had = std::ranges::find_if(neighbour.claims, is_of(route));
    if (had == neighbour.claims.end()) {
      Service& service = services_[route.claim.service];
      service.name = route.claim.service;
      auto fresh = std::make_unique<Claim>();
      fresh->peer = &neighbour;
      fresh->service = &service;
      fresh->instance = route.instance;
      fresh->remote = true;
      had = neighbour.claims.insert(neighbour.claims.end(), std::move(fresh));
    }
    Claim& claim = **had;
    claim.told = route.claim;
    claim.incarnation = route.incarnation;
    claim.draining = route.draining;
    if (claim.service->workers.empty()) {
      claim.service->contract_hash = route.claim.contract_hash.data;
    }
    if (!claim.active) claim.service->remote.push_back(&claim);
    claim.active = true;
  }
  ++index_;
}

const Claim* Registry::remote_owner_before(const ServiceClaim& wanted, const Id& instance) const {
  const auto service = services_.find(wanted.service);
  if (service == services_.end()) return nullptr;
  for (const Claim* claim : service->second.remote) {
    if (!claim->told.owner || claim->instance == instance || claim->peer->gone) continue;
    if (claim->told.epoch > wanted.epoch) return claim;
    if (claim->told.epoch == wanted.epoch && claim->told.folder_id != wanted.folder_id) {
      return claim;
    }
  }
  return nullptr;
}

Claim* Registry::choose(Service& service, Random& random, uint64_t round) {
  return choose_among(service.workers, random, round);
}

Claim* Registry::choose_remote(Service& service, Random& random, uint64_t round) {
  return choose_among(service.remote, random, round);
}

Claim* Registry::choose_among(std::vector<Claim*>& claims, Random& random, uint64_t round) {
  Claim* best = nullptr;
  uint64_t equals = 0;
  for (Claim* claim : claims) {
    if (!takes_work(*claim) || claim->inflight >= claim->told.credit) continue;
    if (claim->full_in_round == round) continue;
    if (best == nullptr || is_lighter(*claim, *best)) {
      best = claim;
      equals = 1;
    } else if (!is_lighter(*best, *claim) && random.below(++equals) == 0) {
      best = claim;
    }
  }
  return best;
}

bool Registry::is_served_here(const Service& service) {
  return std::ranges::any_of(service.workers,
                             [](const Claim* claim) { return takes_work(*claim); });
}

bool Registry::is_served(const Service& service) {
  return is_served_here(service) ||
         std::ranges::any_of(service.remote, [](const Claim* claim) { return takes_work(*claim); });
}

bool takes_over(const Peer& newer, const ServiceClaim& wanted, const Claim& holder) {
  if (wanted.epoch != holder.told.epoch) return wanted.epoch > holder.told.epoch;
  // One process on a second connection: its first is dead, though nobody has noticed.
  if (newer.instance == holder.peer->instance && newer.principal == holder.peer->principal) {
    return true;
  }
  return !wanted.folder_id.data.empty() && wanted.folder_id == holder.told.folder_id &&
         newer.incarnation > holder.peer->incarnation;
}

}  // namespace bilten::broker
