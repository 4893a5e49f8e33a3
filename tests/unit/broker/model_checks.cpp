// The half of the model that judges what the core sends.
#include <algorithm>

#include "tests/unit/broker/model.h"

namespace bilten::broker {
namespace {

constexpr SteadyMicros kGrace = 10'000'000;
constexpr SteadyMicros kDead = 3'000'000;

uint64_t serial_of(std::string_view body) {
  uint64_t serial = 0;
  if (body.size() != sizeof serial) return 0;
  std::copy_n(body.data(), sizeof serial, reinterpret_cast<char*>(&serial));
  return serial;
}

}  // namespace

net::Sent Model::send(PeerId peer, net::Message& message) {
  const auto pipe = pipes_[peer];
  if (pipe == net::Sent::gone) {
    if (members_.contains(peer)) mark_lost(peer);
    return pipe;
  }
  const auto frame = *parse_frame(message.view());
  const auto command = frame.header.command;
  // A request that does not fit stays with the core; anything else is lost, and counts as said.
  if (command == Command::request && pipe == net::Sent::full) return pipe;
  switch (command) {
    case Command::request: saw_request(peer, frame); break;
    case Command::reply: saw_reply(peer, frame); break;
    case Command::error: saw_error(peer, frame); break;
    case Command::disconnect: saw_disconnect(peer, static_cast<Code>(frame.header.code)); break;
    case Command::welcome:
      if (doing_ != Doing::ready || peer != doer_ || expected_ != Code::ok) fail("a wrong welcome");
      members_[peer].heard_at = now_;
      break;
    case Command::heartbeat: break;
    case Command::cancel: ++seen["cancel frames"]; break;
    default: fail("a frame that brokers do not send");
  }
  if (pipe == net::Sent::ok) message = net::Message();
  return pipe;
}

void Model::saw_request(PeerId to, const Frame& frame) {
  const auto found = requests_.find(serial_of(frame.body));
  if (found == requests_.end()) return fail("a request came out that has ended");
  Request& request = found->second;
  auto& line = lines_[request.service];
  const bool again = request.state == State::sent;
  if (again) {
    if (!request.idempotent || request.resent || !members_[request.holder].lost) {
      return fail("a request was sent twice");
    }
    request.resent = true;
    line.resend_budget -= 5;
    ++seen["re-sent"];
  } else if (request.state == State::abandoned) {
    return fail("an ended request was sent");
  }
  for (size_t lane = 0; lane <= 2; ++lane) {
    if (line.lanes[lane].empty()) continue;
    if (request.state != State::queued) return fail("a newcomer overtook the queue");
    if (line.lanes[lane].front() != request.serial) return fail("the queue is out of order");
    break;
  }
  check_choice(to, request);
  const auto left = (request.expires - now_ + 999) / 1000;
  if (left <= 0 || frame.header.ttl_ms != left) fail("a wrong ttl");
  if (frame.header.principal != (request.client == 1 ? 21U : 20U)) fail("a wrong principal");
  if (((frame.header.flags & flag::kAttemptMask) != 0) != request.resent) fail("a wrong attempt");
  if (request.state == State::queued) dequeue(request);
  request.state = State::sent;
  request.holder = to;
  request.token = frame.header.id;
  request.sent_order = ++next_order_;
  members_[to].serves[request.service].inflight += 1;
  ++seen["forwarded"];
}

void Model::check_choice(PeerId chosen, const Request& request) {
  const auto usable = [&](PeerId id, Member& member) {
    const auto& serving = member.serves[request.service];
    return serving.active && !member.lost && !member.draining &&
           serving.inflight < serving.credit && pipes_[id] != net::Sent::full;
  };
  if (!members_.contains(chosen) || !usable(chosen, members_[chosen])) {
    return fail("a worker got a request beyond its credit, its drain or its claim");
  }
  if (freed_by_time_ && doing_ == Doing::tick) return;
  const auto& mine = members_[chosen].serves[request.service];
  for (auto& [id, member] : members_) {
    if (id == chosen || !usable(id, member)) continue;
    const auto& other = member.serves[request.service];
    if ((other.inflight + 1) * mine.weight < (mine.inflight + 1) * other.weight) {
      return fail("a less loaded worker was passed over");
    }
  }
}

void Model::saw_reply(PeerId to, const Frame& frame) {
  const auto found = requests_.find(frame.header.id);
  if (doing_ != Doing::answer || frame.header.id != subject_ || found == requests_.end() ||
      found->second.client != to || found->second.holder != doer_ ||
      serial_of(frame.body) != subject_ || found->second.state != State::sent) {
    return fail("an answer that nobody gave");
  }
  ++seen["answered"];
}

void Model::saw_error(PeerId to, const Frame& frame) {
  const auto code = static_cast<Code>(frame.header.code);
  if (code == Code::bad_frame) {
    if (doing_ != Doing::malformed || to != doer_) fail("bad_frame for a good one");
    return;
  }
  if (doing_ == Doing::answer && frame.header.id == subject_) return saw_reply(to, frame);
  const auto found = requests_.find(frame.header.id);
  if (found == requests_.end() || found->second.client != to) {
    return fail("an error for a request that has ended");
  }
  Request& request = found->second;
  if (!error_is_due(request, code)) {
    return fail("the error " + std::string(word(code)) + " is not due");
  }
  ++seen[std::string(word(code))];
  if (request.state == State::sent && !members_[request.holder].lost) return abandon(request);
  auto& line = lines_[request.service];
  const bool queued_again = request.state == State::sent && request.idempotent && !request.resent &&
                            now_ < request.expires && line.resend_budget >= 5 &&
                            is_served(request.service);
  if (queued_again) line.resend_budget -= 5;
  if (request.state == State::queued) dequeue(request);
  end(request.serial);
}

bool Model::error_is_due(const Request& request, Code code) const {
  const bool is_new = request.state == State::arriving;
  // A lost worker's request may have been queued again within this step, without a word.
  const bool is_again =
      request.state == State::sent && request.idempotent && members_.at(request.holder).lost;
  const bool is_queued = request.state == State::queued || is_new || is_again;
  if (is_new && doing_ == Doing::request && expected_ != Code::ok) return code == expected_;
  // The worker that was lost may have run it: nobody is told that it did not run.
  const bool maybe_ran = request.resent || is_again;
  if (maybe_ran && ran(code) == Ran::no) return false;
  if (maybe_ran && code == Code::worker_lost && is_queued) return true;
  switch (code) {
    case Code::deadline_queued: return is_queued && now_ >= request.expires;
    case Code::deadline_inflight: return request.state == State::sent && now_ >= request.expires;
    case Code::no_capacity:
      return is_queued &&
             (queued(request.service) + queued_unseen(request.service) >= options_.queue_max ||
              now_ >= request.wait_until);
    case Code::worker_lost: return request.state == State::sent && members_.at(request.holder).lost;
    case Code::cancelled: return doing_ == Doing::cancel && request.serial == subject_;
    case Code::no_service: return is_queued && !has_workers(request.service);
    case Code::draining: return is_queued && !is_served(request.service);
    default: return false;
  }
}

void Model::saw_disconnect(PeerId to, Code code) {
  const auto found = members_.find(to);
  ++seen["disconnect " + std::string(word(code))];
  if (found == members_.end() || found->second.lost) {
    const bool asked = doing_ == Doing::ready && to == doer_;
    if (code != (asked ? expected_ : Code::unknown_peer)) fail("a stranger heard a wrong reason");
    return;
  }
  const Member& member = found->second;
  bool due = false;
  if (code == Code::unknown_peer) due = now_ - member.heard_at >= kDead;
  if (code == Code::bad_frame) {
    due = to == doer_ && (doing_ == Doing::more || (doing_ == Doing::malformed && member.bad >= 3));
  }
  if (code == Code::fenced) {
    due = doing_ == Doing::ready && (to == doer_ ? expected_ == Code::fenced : to == overtaken_);
  }
  if (!due) fail("parted without a reason: " + std::string(word(code)));
  mark_lost(to);
}

// ---- what follows from it ----

void Model::mark_lost(PeerId peer) {
  auto& member = members_[peer];
  if (member.lost) return;
  member.lost = true;
  lost_.push_back(peer);
  for (auto& [name, serving] : member.serves) serving.active = false;
}

void Model::end(uint64_t serial) {
  requests_.erase(serial);
}

void Model::abandon(Request& request) {
  request.state = State::abandoned;
  request.client = 0;
  request.grace_until = now_ + kGrace;
}

void Model::enqueue(Request& request) {
  request.state = State::queued;
  request.wait_until = now_ + SteadyMicros{options_.queue_wait_ms} * 1000;
  lines_[request.service].lanes[request.lane].push_back(request.serial);
}

void Model::dequeue(const Request& request) {
  std::erase(lines_[request.service].lanes[request.lane], request.serial);
}

// What the step has left unsaid: an answer's end, a place in the queue, the loss of peers.
void Model::settle() {
  if (doing_ == Doing::answer) end(subject_);
  if (doing_ == Doing::request) {
    const auto found = requests_.find(subject_);
    if (found != requests_.end() && found->second.state == State::arriving) {
      const auto client = found->second.client;
      if (expected_ != Code::ok) {
        if (!members_[client].lost) fail("a request that should be refused was not");
        end(subject_);
      } else {
        enqueue(found->second);
      }
    }
  }
  // In the order in which the core found them lost: it decides about places in the queue.
  for (const auto peer : lost_) {
    settle_client(peer);
    settle_worker(peer);
  }
  for (const auto peer : lost_) members_.erase(peer);
  lost_.clear();
}

void Model::settle_client(PeerId peer) {
  std::vector<uint64_t> ended;
  for (auto& [serial, request] : requests_) {
    if (request.client != peer) continue;
    if (request.state == State::sent) {
      abandon(request);
    } else {
      dequeue(request);
      ended.push_back(serial);
    }
  }
  for (const auto serial : ended) end(serial);
}

void Model::settle_worker(PeerId peer) {
  std::map<uint64_t, uint64_t> again;  // By the order in which they had been sent.
  std::vector<uint64_t> ended;
  for (auto& [serial, request] : requests_) {
    if (request.holder != peer) continue;
    if (request.state == State::abandoned) {
      ended.push_back(serial);
    } else if (request.state == State::sent) {
      again[request.sent_order] = serial;
    }
  }
  for (const auto serial : ended) end(serial);
  for (const auto& [order, serial] : again) {
    Request& request = requests_[serial];
    auto& line = lines_[request.service];
    if (!request.idempotent || request.resent || line.resend_budget < 5 ||
        !is_served(request.service)) {
      // Where the client is lost too, nobody is told.
      if (!members_[request.client].lost) fail("the client of a lost worker was not told");
      end(serial);
      continue;
    }
    line.resend_budget -= 5;
    request.resent = true;
    request.holder = 0;
    enqueue(request);
    ++seen["queued again"];
  }
}

void Model::check_state() {
  if (core_->slots_used() != requests_.size()) fail("a slot leaks, or was given back too early");
  uint32_t waiting = 0;
  for (const auto& [serial, request] : requests_) waiting += request.client != 0;
  if (core_->waiting() != waiting) fail("another number of clients waits");
  if (core_->peers() != members_.size()) fail("another number of peers is there");
  for (auto& [name, line] : lines_) {
    if (queued(name) == 0) continue;
    if (!is_served(name)) fail("requests wait for a service that nobody serves");
    for (auto& [id, member] : members_) {
      const auto& serving = member.serves[name];
      if (serving.active && !member.draining && serving.inflight < serving.credit &&
          pipes_[id] == net::Sent::ok && doing_ == Doing::tick) {
        fail("requests wait beside a free worker");
      }
    }
  }
}

Code Model::admission(PeerId client, const Request& request, bool granted) const {
  if (!granted) return Code::denied;
  if (!has_workers(request.service)) return Code::no_service;
  if (!is_served(request.service)) return Code::draining;
  if (waiting_of(client == 1 ? "other" : "asker") >= options_.inflight_per_principal) {
    return Code::rate_limited;
  }
  return Code::ok;
}

bool Model::has_workers(const std::string& service) const {
  return std::ranges::any_of(members_, [&](const auto& each) {
    const auto serving = each.second.serves.find(service);
    return serving != each.second.serves.end() && serving->second.active;
  });
}

bool Model::is_served(const std::string& service) const {
  return std::ranges::any_of(members_, [&](const auto& each) {
    const auto serving = each.second.serves.find(service);
    return serving != each.second.serves.end() && serving->second.active && !each.second.draining;
  });
}

size_t Model::queued(const std::string& service) const {
  const auto line = lines_.find(service);
  if (line == lines_.end()) return 0;
  size_t sum = 0;
  for (const auto& lane : line->second.lanes) sum += lane.size();
  return sum;
}

// Those of a worker lost in this step: the core may have queued them again without a word.
size_t Model::queued_unseen(const std::string& service) const {
  size_t sum = 0;
  for (const auto& [serial, request] : requests_) {
    if (request.service != service || request.state != State::sent) continue;
    sum += request.idempotent && members_.at(request.holder).lost;
  }
  return sum;
}

uint32_t Model::waiting_of(const std::string& principal) const {
  uint32_t sum = 0;
  for (const auto& [serial, request] : requests_) {
    if (request.client == 0) continue;
    sum += (request.client == 1 ? "other" : "asker") == principal;
  }
  return sum;
}

}  // namespace bilten::broker
