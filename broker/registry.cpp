#include "broker/registry.h"

#include <algorithm>

#include "common/base/check.h"

namespace bilten::broker {
namespace {

bool takes_work(const Claim& claim) {
  return !claim.peer->gone && !claim.peer->draining && !claim.draining && !claim.drained;
}

bool holds(const Claim& claim, uint32_t shard) {
  const auto& shards = claim.told.shards;
  return shard == 0 || !shards || (shards->lo <= shard && shard <= shards->hi);
}

bool is_version(const Claim& claim, std::string_view version) {
  return version.empty() || matches(version, claim.told.version);
}

bool leans(const Claim& claim, const Wanted& wanted) {
  if (wanted.lean == Lean::none) return true;
  return is_version(claim, wanted.canary) == (wanted.lean == Lean::towards);
}

// Whether the worker may have such a request, be it after a wait.
bool fits(const Claim& claim, const Wanted& wanted) {
  return takes_work(claim) && holds(claim, wanted.shard) && is_version(claim, wanted.version) &&
         leans(claim, wanted);
}

// Whether a is less loaded than b, without dividing.
bool is_lighter(const Claim& a, const Claim& b, SteadyMicros now) {
  return uint64_t{a.inflight + 1} * a.health.penalty(now) * b.weight <
         uint64_t{b.inflight + 1} * b.health.penalty(now) * a.weight;
}

// Epochs decide only between owners of one shard, which one broker has none of by itself.
bool is_better(const Claim& a, const Claim& b, const Wanted& wanted, SteadyMicros now) {
  if (wanted.shard != 0 && a.told.epoch != b.told.epoch) return a.told.epoch > b.told.epoch;
  return is_lighter(a, b, now);
}

void count_shards(Service& service) {
  const auto has_part = [](const Claim* claim) { return claim->told.shards.has_value(); };
  service.sharded = std::ranges::any_of(service.workers, has_part) ||
                    std::ranges::any_of(service.remote, has_part);
}

// Of those that fit: the best one whose breaker is not asked or lets it; and whether any breaker
// is closed, with or without credit.
struct Picked {
  Claim* best = nullptr;
  bool any_closed = false;
};
Picked pick(const std::vector<Claim*>& claims, const Wanted& wanted, SteadyMicros now,
            Random& random, uint64_t round, bool ask_breaker) {
  Picked picked;
  uint64_t equals = 0;
  for (Claim* claim : claims) {
    if (!fits(*claim, wanted)) continue;
    picked.any_closed |= claim->health.is_closed();
    if (ask_breaker && !claim->health.admits(now)) continue;
    if (claim->inflight >= claim->told.credit || claim->full_in_round == round) continue;
    if (picked.best == nullptr || is_better(*claim, *picked.best, wanted, now)) {
      picked.best = claim;
      equals = 1;
    } else if (!is_better(*picked.best, *claim, wanted, now) && random.below(++equals) == 0) {
      picked.best = claim;
    }
  }
  return picked;
}

}  // namespace

Service* Registry::find(std::string_view name) {
  const auto found = services_.find(name);
  return found == services_.end() ? nullptr : &found->second;
}

Claim* Registry::worker(std::string_view service, const Id& instance) {
  Service* const found = find(service);
  if (found == nullptr) return nullptr;
  const auto claim = std::ranges::find(found->workers, instance, &Claim::instance);
  return claim == found->workers.end() ? nullptr : *claim;
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
    if ((wanted.owner || claim->told.owner) && overlap(wanted, claim->told)) {
      found.push_back(claim);
    }
  }
  return found;
}

Claim* Registry::claim_of(Peer& peer, std::string_view service) {
  for (auto& claim : peer.claims) {
    if (claim->active && claim->service->name == service) return claim.get();
  }
  return nullptr;
}

Claim& Registry::claim(Peer& peer, const ServiceClaim& wanted) {
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
  claim.weight = wanted.weight;
  claim.instance = peer.instance;
  claim.incarnation = peer.incarnation;
  claim.service->contract_hash = wanted.contract_hash.data;
  if (!claim.active) claim.service->workers.push_back(&claim);
  claim.active = true;
  count_shards(*claim.service);
  changed();
  return claim;
}

void Registry::retire(Claim& claim) {
  if (!claim.active) return;
  claim.active = false;
  std::erase(claim.remote ? claim.service->remote : claim.service->workers, &claim);
  count_shards(*claim.service);
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
    claim.weight = route.claim.weight;
    claim.incarnation = route.incarnation;
    claim.draining = route.draining;
    if (claim.service->workers.empty()) {
      claim.service->contract_hash = route.claim.contract_hash.data;
    }
    if (!claim.active) claim.service->remote.push_back(&claim);
    claim.active = true;
    count_shards(*claim.service);
  }
  ++index_;
}

const Claim* Registry::remote_owner_before(const ServiceClaim& wanted, const Id& instance) const {
  const auto service = services_.find(wanted.service);
  if (service == services_.end()) return nullptr;
  for (const Claim* claim : service->second.remote) {
    if (!claim->told.owner || claim->instance == instance || claim->peer->gone) continue;
    if (!overlap(wanted, claim->told)) continue;
    if (claim->told.epoch > wanted.epoch) return claim;
    if (claim->told.epoch == wanted.epoch && claim->told.folder_id != wanted.folder_id) {
      return claim;
    }
  }
  return nullptr;
}

Claim* Registry::choose(const std::vector<Claim*>& claims, const Wanted& wanted, SteadyMicros now,
                        Random& random, uint64_t round) {
  const auto picked = pick(claims, wanted, now, random, round, true);
  if (picked.best != nullptr) return picked.best;
  if (wanted.lean != Lean::none) {
    Wanted anyone = wanted;
    anyone.lean = Lean::none;
    return choose(claims, anyone, now, random, round);
  }
  if (picked.any_closed) return nullptr;
  return pick(claims, wanted, now, random, round, false).best;
}

bool Registry::has_room(const Claim& claim) {
  return takes_work(claim) && claim.inflight < claim.told.credit;
}

Code Registry::availability(const Service& service, const Wanted& wanted, SteadyMicros now,
                            Reach reach) {
  bool has_shard = false, has_version = false, has_open = false, has_well = false;
  for (const auto* claims : {&service.workers, &service.remote}) {
    if (claims == &service.remote && reach == Reach::here) continue;
    for (const Claim* claim : *claims) {
      has_well |= takes_work(*claim) && claim->health.is_closed();
      if (!holds(*claim, wanted.shard)) continue;
      has_shard = true;
      if (!is_version(*claim, wanted.version)) continue;
      has_version = true;
      if (!takes_work(*claim)) continue;
      if (wanted.version.empty() || claim->health.admits(now)) return Code::ok;
      has_open = true;
    }
  }
  if (!has_shard) return Code::no_service;
  if (!has_version) return Code::version;
  if (!has_open) return Code::draining;
  return has_well ? Code::circuit_open : Code::ok;
}

bool overlap(const ServiceClaim& a, const ServiceClaim& b) {
  if (!a.shards || !b.shards) return true;
  return a.shards->lo <= b.shards->hi && b.shards->lo <= a.shards->hi;
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
