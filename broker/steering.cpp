// The core's half that does what operators' rules say: to workers and principals when a rule
// changes, to single requests as they come.
#include <algorithm>

#include "broker/core.h"
#include "common/wire/ext_scan.h"

namespace bilten::broker {

// The answer to a message about rules; nullopt: it is about something else.
std::optional<Result<std::string>> Core::rule_answer(const Peer& peer, const Frame& frame) {
  if (frame.name == "$mesh.rules") return encode(mesh::Rules{traffic_.rules()});
  if (frame.name == "$mesh.clear") {
    const auto clear = decode<mesh::Clear>(frame.body);
    if (!clear) return clear.error();
    if (!traffic_.clear(clear->number)) {
      return Error{Code::not_found, "unknown_rule", "no rule has that number"};
    }
    outside_.note("rules_cleared", peer.principal->rule.principal,
                  clear->number == 0 ? "all" : std::to_string(clear->number));
    apply_rules();
    return encode(mesh::Ruled{});
  }
  auto rule = read_rule(frame.name, frame.body);
  if (!rule) return std::nullopt;
  if (!*rule) return rule->error();
  return set_rule(peer, std::move(**rule));
}

Result<std::string> Core::set_rule(const Peer& peer, mesh::Rule rule) {
  if (rule.principal && !principals_.contains(*rule.principal)) {
    return Error{Code::not_found, "unknown_principal", "access.toml knows no such principal"};
  }
  rule.by = peer.principal->rule.principal;
  rule.at = {outside_.wall_ms()};
  const auto text = describe(rule);
  const auto number = traffic_.set(std::move(rule));
  if (!number) return number.error();
  outside_.note(*number == 0 ? "rule_ended" : "rule_set", peer.principal->rule.principal, text);
  apply_rules();
  return encode(mesh::Ruled{*number});
}

void Core::apply_rules() {
  for (auto& [name, principal] : principals_) set_limits(*principal);
  for (auto& [name, service] : registry_.services()) {
    for (const auto* claims : {&service.workers, &service.remote}) {
      for (Claim* claim : *claims) apply_rules_to(*claim);
    }
  }
  registry_.changed();
  for (auto& [name, service] : registry_.services()) {
    flush_unserved(service);
    pump(service);
  }
}

void Core::apply_rules_to(Claim& claim) {
  const WorkerTraits worker{claim.service->name, claim.told.version, claim.instance};
  claim.drained = traffic_.drains(worker);
  claim.weight = traffic_.weight(worker, claim.told.weight);
}

Code Core::availability(const InFlight& request) const {
  const auto reach = request.forwarded ? Reach::here : Reach::anywhere;
  return Registry::availability(*request.service, wanted_of(request), now_, reach);
}

Wanted Core::wanted_of(const InFlight& request) const {
  Wanted wanted{request.shard, request.pin, {}, Lean::none};
  if (request.lean == Lean::none) return wanted;
  wanted.canary = traffic_.canary(request.service->name);
  // The rule may have ended while the request waited.
  if (!wanted.canary.empty()) wanted.lean = request.lean;
  return wanted;
}

// Places a request as the rules want it.
void Core::steer(uint32_t slot, const Frame& frame, net::Message& message) {
  InFlight& request = requests_[slot];
  const Subject subject{frame.name, frame.service(),
                        !find_ext(frame.ext, ext_key::kIdempotencyKey).empty(),
                        !request.pin.empty()};
  if (const auto* fault = traffic_.fault(subject, random_)) return play(*fault, slot, message);
  request.lean = traffic_.lean(subject, random_);
  const auto* mirror = traffic_.mirror(subject, random_);
  if (mirror == nullptr) return place(slot, message);
  // Copied before the broker's own changes go in: both are patched, neither sees the other's.
  net::Message copy(message.view());
  const uint64_t original = requests_.token(slot);
  place(slot, message);
  send_copy(*mirror, original, copy);
}

void Core::play(const mesh::Rule& fault, uint32_t slot, net::Message& message) {
  ++counters_.faults;
  if (fault.abort) return end_with(slot, code_of(*fault.abort).value_or(Code::internal));
  InFlight& request = requests_[slot];
  request.stage = Stage::held;
  SteadyMicros due_at = request.expires_at;
  if (fault.delay_ms) {
    request.frame = std::move(message);
    due_at = std::min(due_at, now_ + SteadyMicros{*fault.delay_ms} * 1000);
  }
  wheel_.set(requests_, slot, due_at);
}

// What a fault has delayed goes on as if it came now.
void Core::resume(uint32_t slot) {
  InFlight& request = requests_[slot];
  const auto available = availability(request);
  if (available != Code::ok) return end_with(slot, available);
  request.stage = Stage::arriving;
  net::Message message = std::move(request.frame);
  place(slot, message);
}

// Only beside an original that has found its worker, and only where there is room at once: copies
// are the first to go when the mesh is busy.
void Core::send_copy(const mesh::Rule& rule, uint64_t original, net::Message& copy) {
  const uint32_t slot = requests_.find(original);
  if (slot == kNone || requests_[slot].stage != Stage::sent) return;
  const InFlight& request = requests_[slot];
  Claim* target = nullptr;
  for (Claim* claim : request.service->workers) {
    const WorkerTraits worker{claim->service->name, claim->told.version, claim->instance};
    if (claim == request.holder || !names(rule, worker) || !Registry::has_room(*claim)) continue;
    if (target == nullptr || claim->inflight < target->inflight) target = claim;
  }
  const uint32_t twin = target == nullptr ? kNone : requests_.take();
  if (twin == kNone) return;
  InFlight& made = requests_[twin];
  made.is_copy = true;
  made.service = request.service;
  made.expires_at = request.expires_at;
  const auto flags = request.flags & ~(flag::kIdempotent | flag::kForwarded);
  made.flags = static_cast<uint16_t>(flags | flag::kOneway);
  patch_id(copy.data(), requests_.token(twin));
  patch_ttl(copy.data(), left_ms(made.expires_at, now_));
  patch_flags(copy.data(), made.flags);
  if (send(*target->peer, copy) != net::Sent::ok) return requests_.give_back(twin);
  give(twin, *target);
  ++counters_.mirrored;
}

}  // namespace bilten::broker
