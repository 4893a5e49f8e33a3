// The model's own, naive idea of the rules of dispatch: who may have a request, who makes way, what
// operators have ordered.
#include <algorithm>

#include "common/process/access.h"
#include "common/wire/mesh_admin.h"
#include "tests/unit/broker/model.h"

namespace bilten::broker {
namespace {

constexpr PeerId kOperator = 10;
constexpr const char* kCanary = "1.1";
constexpr SteadyMicros kDelay = 100'000;

template <Described T>
std::string order(const std::string& name, const T& message) {
  return World::request_frame(1, "$mesh." + name, 2000, 0, encode(message));
}

}  // namespace

// ---- what operators order ----

void Model::join_operator() {
  Ready ready;
  ready.instance = World::instance(kOperator);
  expected_ = Code::ok;
  overtaken_.clear();
  members_[kOperator];
  say(kOperator, World::ready_frame(ready), Doing::ready);
}

void Model::rule() {
  if (!members_.contains(kOperator)) return join_operator();
  const auto worker = static_cast<PeerId>(4 + random_.below(4));
  const auto id = World::instance(static_cast<uint8_t>(worker));
  std::string bytes;
  switch (random_.below(7)) {
    case 0: {
      const bool on = chance(30);
      if (on) orders_.drained.insert(worker);
      if (!on) orders_.drained.erase(worker);
      bytes = order("drain", mesh::Drain{"mail", "", id, on});
      break;
    }
    case 1: {
      const auto weight = static_cast<uint32_t>(random_.below(6));
      orders_.weights[worker] = weight;
      bytes = order("weight", mesh::Weight{"mail", "", id, weight});
      break;
    }
    case 2: {
      orders_.canary = static_cast<uint32_t>(random_.below(3) * 50);
      bytes = order("canary", mesh::Canary{"mail", kCanary, orders_.canary});
      break;
    }
    case 3: {
      orders_.mirror = static_cast<uint32_t>(random_.below(3) * 50);
      bytes = order("mirror", mesh::Mirror{"mail", kCanary, {}, orders_.mirror, false});
      break;
    }
    case 4: {
      mesh::Fault fault;
      fault.name = "user.*";
      fault.percent = chance(50) ? 100 : 0;
      const auto kind = random_.below(3);
      if (kind == 0) fault.delay_ms = static_cast<uint32_t>(kDelay / 1000);
      if (kind == 1) fault.drop = true;
      if (kind == 2) fault.abort = "unavailable";
      static const char* const kKinds[] = {"delay", "drop", "abort"};
      orders_.fault = fault.percent == 0 ? "" : kKinds[kind];
      bytes = order("fault", fault);
      break;
    }
    case 5: {
      orders_.asker_max = chance(50) ? 0 : 10;
      bytes = order("limits", mesh::Limits{"asker", orders_.asker_max, 0});
      break;
    }
    default: {
      orders_ = Orders();
      bytes = order("clear", mesh::Clear{});
    }
  }
  subject_ = 0;
  say(kOperator, bytes, Doing::other);
}

// What orders make of a request that has just been let in.
void Model::steer(Request& request) {
  if (request.service == "user" && !orders_.fault.empty()) {
    ++seen["fault " + orders_.fault];
    if (orders_.fault == "abort") {
      expected_ = Code::unavailable;
      return;
    }
    request.state = State::held;
    request.resume_at = orders_.fault == "drop" ? INT64_MAX : now_ + kDelay;
    return;
  }
  if (request.service != "mail" || !request.pin.empty() || orders_.canary == 0) return;
  request.towards = true;
  request.away = orders_.canary < 100;
}

uint32_t Model::weight(const std::string& service, PeerId id) const {
  const auto ordered = orders_.weights.find(id);
  if (service == "mail" && ordered != orders_.weights.end() && ordered->second != 0) {
    return ordered->second;
  }
  return members_.at(id).serves.at(service).weight;
}

// A bucket of one second at 40 a second, in microseconds.
bool Model::keeps_pace() {
  constexpr int64_t kCost = 25'000;
  tokens_us_ = std::min<int64_t>(1'000'000, tokens_us_ + now_ - tokens_at_);
  tokens_at_ = now_;
  if (tokens_us_ < kCost) return false;
  tokens_us_ -= kCost;
  return true;
}

// ---- who may have a request ----

bool Model::takes_work(const std::string& service, PeerId id) const {
  const auto& member = members_.at(id);
  const auto serving = member.serves.find(service);
  return serving != member.serves.end() && serving->second.active && !member.lost &&
         !member.draining && !(service == "mail" && orders_.drained.contains(id));
}

bool Model::fits(PeerId id, const Request& request, Side side) const {
  if (!takes_work(request.service, id)) return false;
  const auto& serving = members_.at(id).serves.at(request.service);
  const bool holds = request.shard == 0 || !serving.shards ||
                     (serving.shards->lo <= request.shard && request.shard <= serving.shards->hi);
  const bool is_version = request.pin.empty() || matches(request.pin, serving.version);
  const bool on_side = side == Side::any || (serving.version == kCanary) == (side == Side::canary);
  return holds && is_version && on_side;
}

// Everybody who could have the request now.
std::set<PeerId> Model::candidates(const Request& request, Side side) const {
  std::set<PeerId> admitted, free;
  bool any_closed = false;
  for (const auto& [id, member] : members_) {
    if (!fits(id, request, side)) continue;
    const auto& serving = member.serves.at(request.service);
    any_closed |= serving.health.is_closed();
    if (serving.inflight >= serving.credit || pipes_.at(id) == net::Sent::full) continue;
    free.insert(id);
    if (serving.health.admits(now_)) admitted.insert(id);
  }
  if (!admitted.empty()) return admitted;
  if (side != Side::any) return candidates(request, Side::any);
  return any_closed ? std::set<PeerId>() : free;
}

bool Model::is_best(PeerId chosen, const Request& request, Side side) const {
  const auto among = candidates(request, side);
  if (!among.contains(chosen)) return false;
  const auto load = [&](PeerId id) {
    const auto& serving = members_.at(id).serves.at(request.service);
    return uint64_t{serving.inflight + 1} * serving.health.penalty(now_);
  };
  const auto epoch = [&](PeerId id) { return members_.at(id).serves.at(request.service).epoch; };
  return std::ranges::none_of(among, [&](PeerId id) {
    if (request.shard != 0 && epoch(id) != epoch(chosen)) return epoch(id) > epoch(chosen);
    return load(id) * weight(request.service, chosen) < load(chosen) * weight(request.service, id);
  });
}

void Model::check_choice(PeerId chosen, const Request& request) {
  const bool free = members_.contains(chosen) && fits(chosen, request, Side::any) &&
                    members_[chosen].serves[request.service].inflight <
                        members_[chosen].serves[request.service].credit;
  if (!free) return fail("a worker got a request beyond its credit, its drain or its claim");
  if (freed_by_time_ && doing_ == Doing::tick) return;
  const bool leans = orders_.canary != 0 && (request.towards || request.away);
  const bool right = leans ? (request.towards && is_best(chosen, request, Side::canary)) ||
                                 (request.away && is_best(chosen, request, Side::others))
                           : is_best(chosen, request, Side::any);
  if (!right) fail("a better worker was passed over");
}

// Nobody is sent while another waits before it who could be.
void Model::check_order(const Request& request) {
  const auto& line = lines_[request.service];
  for (size_t lane = 0; lane <= 2; ++lane) {
    for (const auto serial : line.lanes[lane]) {
      const auto& other = requests_.at(serial);
      if (serial == request.serial) return;
      if (request.state == State::queued && lane > request.lane) return;
      if (other.unheard || (other.placed_in == request.placed_in && lane == request.lane)) continue;
      if (freed_by_time_ && doing_ == Doing::tick) continue;
      if (!candidates(other, Side::any).empty()) return fail("a request overtook another");
    }
  }
}

Code Model::availability(const Request& request) const {
  bool has_shard = false, has_version = false, has_work = false, admits = false, is_well = false;
  for (const auto& [id, member] : members_) {
    const auto found = member.serves.find(request.service);
    if (found == member.serves.end() || !found->second.active) continue;
    const auto& serving = found->second;
    const bool works = takes_work(request.service, id);
    is_well |= works && serving.health.is_closed();
    const bool holds = request.shard == 0 || !serving.shards ||
                       (serving.shards->lo <= request.shard && request.shard <= serving.shards->hi);
    const bool is_version = holds && (request.pin.empty() || matches(request.pin, serving.version));
    has_shard |= holds;
    has_version |= is_version;
    has_work |= is_version && works;
    admits |= is_version && works && (request.pin.empty() || serving.health.admits(now_));
  }
  if (!has_shard) return Code::no_service;
  if (!has_version) return Code::version;
  if (!has_work) return Code::draining;
  return !admits && is_well ? Code::circuit_open : Code::ok;
}

// ---- queues that stand ----

SteadyMicros Model::oldest_wait(const std::string& service) const {
  SteadyMicros since = now_;
  const auto line = lines_.find(service);
  if (line == lines_.end()) return 0;
  for (const auto& lane : line->second.lanes) {
    for (const auto serial : lane) {
      const auto& request = requests_.at(serial);
      // Of a client that is lost: its time is up, and nobody heard it.
      const bool is_over = now_ >= std::min(request.expires, request.wait_until);
      if (!is_over) since = std::min(since, request.since);
    }
  }
  return now_ - since;
}

Model::Line Model::looked_at(const std::string& service) const {
  const auto found = lines_.find(service);
  Line line = found == lines_.end() ? Line() : found->second;
  if (!looks_ || line.looked) return line;
  line.looked = true;
  const auto wait = oldest_wait(service);
  if (wait <= 100'000) line.above_since = 0;
  if (wait > 100'000 && line.above_since == 0) line.above_since = now_;
  if (line.above_since != 0 && now_ - line.above_since >= 100'000) line.standing = true;
  if (wait < 50'000) line.standing = false;
  return line;
}

void Model::look_all() {
  if (doing_ != Doing::tick) return;
  for (auto& [name, line] : lines_) line = looked_at(name);
}

// Whether the queue stands and it is this one's turn to make way.
bool Model::may_be_shed(const Request& request) {
  // One that a fault has delayed may have got in line within this step.
  const bool is_queued = request.state == State::queued || request.state == State::held;
  if (doing_ != Doing::tick || !is_queued || request.lane == 0) return false;
  const SteadyMicros since = request.state == State::held ? now_ : request.since;
  const auto line = looked_at(request.service);
  if (!line.standing || oldest_wait(request.service) <= 100'000) return false;
  // Those of a client that is lost end without a word.
  const auto is_heard = [&](uint64_t serial) {
    return !members_.at(requests_.at(serial).client).lost;
  };
  if (request.lane == 1 && std::ranges::any_of(line.lanes[2], is_heard)) return false;
  for (const auto serial : line.lanes[request.lane]) {
    if (is_heard(serial) && requests_.at(serial).since < since) return false;
  }
  lines_[request.service] = line;
  ++seen["shed"];
  return true;
}

}  // namespace bilten::broker
