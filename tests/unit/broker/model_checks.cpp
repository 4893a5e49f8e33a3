// The half of the model that judges what the core sends.
#include <algorithm>

#include "tests/unit/broker/model.h"

namespace bilten::broker {
namespace {

constexpr PeerId kOperator = 10;
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
  const auto frame = *parse_frame(message.view());
  if (pipe == net::Sent::gone) {
    const auto ended = requests_.find(frame.header.id);
    if (frame.header.command == Command::error && ended != requests_.end() &&
        ended->second.client == peer) {
      ended->second.unheard = true;
      if (ended->second.state == State::queued) dequeue(ended->second);
    }
    if (members_.contains(peer)) mark_lost(peer);
    return pipe;
  }
  if (peer == kOperator && frame.header.id == 1) {
    if (frame.header.command != Command::reply) fail("an order was refused");
    ++seen["ordered"];
    message = net::Message();
    return pipe;
  }
  const auto command = frame.header.command;
  // A request that does not fit stays with the core; anything else is lost, and counts as said.
  if (command == Command::request && pipe == net::Sent::full) return pipe;
  switch (command) {
    case Command::request: saw_request(peer, frame); break;
    case Command::reply: saw_reply(peer, frame); break;
    case Command::error: saw_error(peer, frame); break;
    case Command::partial: saw_partial(peer, frame); break;
    case Command::disconnect: saw_disconnect(peer, static_cast<Code>(frame.header.code)); break;
    case Command::welcome:
      if (doing_ != Doing::ready || peer != doer_ || expected_ != Code::ok) fail("a wrong welcome");
      members_[peer].heard_at = now_;
      break;
    case Command::heartbeat: break;
    case Command::cancel: saw_cancel(peer, frame); break;
    default: fail("a frame that brokers do not send");
  }
  if (pipe == net::Sent::ok) message = net::Message();
  return pipe;
}

// Lost peers are looked after when all else in a tick is over.
void Model::note(std::string_view what, std::string_view, std::string_view) {
  if (what == "peer_left") look_all();
}

// A mirror's: beside an original that has its worker, to another one of the canary's version.
void Model::saw_copy(PeerId to, const Frame& frame) {
  const auto found = requests_.find(serial_of(frame.body));
  if (found == requests_.end() || doing_ != Doing::request || found->first != subject_ ||
      found->second.state != State::sent || found->second.holder == to) {
    return fail("a copy without its original");
  }
  if (orders_.mirror == 0 || frame.header.ttl_ms == 0) return fail("a copy that nobody ordered");
  Request copy;
  copy.serial = ++next_serial_;
  copy.service = found->second.service;
  copy.expires = found->second.expires;
  copy.is_copy = true;
  copy.state = State::sent;
  copy.since = now_;
  copy.holder = to;
  copy.token = frame.header.id;
  copy.sent_order = ++next_order_;
  auto& serving = members_[to].serves[copy.service];
  if (copy.service != "mail" || serving.version != "1.1" || !takes_work(copy.service, to) ||
      serving.inflight >= serving.credit) {
    fail("a copy went to the wrong worker");
  }
  serving.inflight += 1;
  serving.health.sent(now_);
  requests_[copy.serial] = copy;
  ++seen["copied"];
}

void Model::saw_partial(PeerId to, const Frame& frame) {
  const auto found = requests_.find(frame.header.id);
  if (doing_ != Doing::partial || frame.header.id != subject_ || found == requests_.end() ||
      found->second.client != to || found->second.holder != doer_ ||
      found->second.state != State::sent) {
    return fail("a piece of an answer that nobody gave");
  }
  ++words_passed_;
  ++seen["pieces"];
}

// To the worker that has the request, once, and only when nobody waits for it any more.
void Model::saw_cancel(PeerId to, const Frame& frame) {
  const auto found = std::ranges::find_if(requests_, [&](const auto& each) {
    return each.second.holder == to && each.second.token == frame.header.id;
  });
  if (found == requests_.end()) return fail("a CANCEL of what its worker does not have");
  Request& request = found->second;
  const auto client = members_.find(request.client);
  const bool waits = request.state != State::abandoned && !request.unheard &&
                     client != members_.end() && !client->second.lost;
  if (waits) return fail("a CANCEL of what a client waits for");
  if (request.called_off) return fail("a CANCEL was sent twice");
  request.called_off = true;
  ++seen["cancel frames"];
}

// Whether a client must hear what the worker in hand says: it waits, and its pipe takes frames. A
// full one takes them too, and loses them.
bool Model::is_word_due() const {
  if (doing_ != Doing::answer && doing_ != Doing::partial) return false;
  const auto found = requests_.find(subject_);
  if (found == requests_.end() || found->second.is_copy) return false;
  const Request& request = found->second;
  return request.state == State::sent && request.client != 0 &&
         pipes_.at(request.client) != net::Sent::gone;
}

void Model::saw_request(PeerId to, const Frame& frame) {
  if (frame.header.flags & flag::kOneway) return saw_copy(to, frame);
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
  if (request.state == State::held && now_ < request.resume_at) fail("a delay was too short");
  check_order(request);
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
  request.since = now_;
  auto& serving = members_[to].serves[request.service];
  serving.inflight += 1;
  serving.health.sent(now_);
  ++seen["forwarded"];
}

void Model::saw_reply(PeerId to, const Frame& frame) {
  const auto found = requests_.find(frame.header.id);
  if (doing_ != Doing::answer || frame.header.id != subject_ || found == requests_.end() ||
      found->second.client != to || found->second.holder != doer_ ||
      serial_of(frame.body) != subject_ || found->second.state != State::sent) {
    return fail("an answer that nobody gave");
  }
  ++words_passed_;
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
    return fail("the error " + std::string(word(code)) + " is not due to " + told(request));
  }
  ++seen[std::string(word(code))];
  if (request.state == State::sent && !members_[request.holder].lost) return abandon(request);
  auto& line = lines_[request.service];
  const bool queued_again = request.state == State::sent && request.idempotent && !request.resent &&
                            now_ < request.expires && line.resend_budget >= 5 &&
                            availability(request) == Code::ok;
  if (queued_again) line.resend_budget -= 5;
  if (request.state == State::queued) dequeue(request);
  end(request.serial);
}

bool Model::error_is_due(const Request& request, Code code) {
  const bool is_new = request.state == State::arriving;
  // A lost worker's request may have been queued again within this step, without a word.
  const bool is_again =
      request.state == State::sent && request.idempotent && members_.at(request.holder).lost;
  const bool is_held = request.state == State::held;
  const bool is_queued = request.state == State::queued || is_new || is_again ||
                         (is_held && now_ >= request.resume_at);
  if (is_new && doing_ == Doing::request && expected_ != Code::ok) return code == expected_;
  // The worker that was lost may have run it: nobody is told that it did not run.
  const bool maybe_ran = request.resent || is_again;
  if (maybe_ran && ran(code) == Ran::no) return false;
  if (maybe_ran && code == Code::worker_lost && is_queued) return true;
  const auto there = availability(request);
  switch (code) {
    case Code::deadline_queued: return (is_queued || is_held) && now_ >= request.expires;
    case Code::deadline_inflight: return request.state == State::sent && now_ >= request.expires;
    case Code::no_capacity:
      // Whose wait is over is refused before the core looks at its queues; that look must be made
      // here at the right moment, so shedding is thought of before overflowing.
      return is_queued &&
             ((request.state == State::queued && now_ >= request.wait_until) ||
              may_be_shed(request) ||
              queued(request.service) + queued_unseen(request.service) >= options_.queue_max);
    case Code::worker_lost: return request.state == State::sent && members_.at(request.holder).lost;
    case Code::cancelled: return doing_ == Doing::cancel && request.serial == subject_;
    // One that is gone, but not yet seen off, still counts for the core: it draws the milder word.
    case Code::no_service: return is_queued && there == Code::no_service;
    case Code::version: return is_queued && (there == Code::no_service || there == Code::version);
    case Code::draining: return is_queued && there != Code::ok && there != Code::circuit_open;
    case Code::circuit_open: return is_held && is_queued && there == Code::circuit_open;
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
    due = doing_ == Doing::ready &&
          (to == doer_ ? expected_ == Code::fenced : overtaken_.contains(to));
  }
  if (!due) fail("parted without a reason: " + std::string(word(code)));
  mark_lost(to);
}

// For the report.
std::string Model::told(const Request& request) const {
  const auto line = lines_.find(request.service);
  const bool stands = line != lines_.end() && line->second.standing;
  return std::to_string(request.serial) + " of " + request.service + ", state " +
         std::to_string(static_cast<int>(request.state)) + ", lane " +
         std::to_string(request.lane) + ", since " + std::to_string(request.since) +
         "; the queue " + (stands ? "stands" : "flows") + ", its oldest has waited " +
         std::to_string(oldest_wait(request.service)) + " us";
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
  request.since = now_;
  request.placed_in = steps_;
  request.wait_until = now_ + SteadyMicros{options_.queue_wait_ms} * 1000;
  lines_[request.service].lanes[request.lane].push_back(request.serial);
}

void Model::dequeue(const Request& request) {
  std::erase(lines_[request.service].lanes[request.lane], request.serial);
}

// What the step has left unsaid: an answer's end, a place in the queue, the loss of peers.
void Model::settle() {
  if (word_due_ && words_passed_ != 1) {
    fail("an answer was passed on " + std::to_string(words_passed_) + " times");
  }
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
  for (auto& [serial, request] : requests_) {
    const bool resumes = request.state == State::held && request.resume_at <= now_;
    if (resumes && !request.unheard && doing_ == Doing::tick) enqueue(request);
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
    if (request.state == State::abandoned || request.is_copy) {
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
        availability(request) != Code::ok) {
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
  for (const auto& [name, line] : lines_) {
    if (queued(name) > options_.queue_max) fail("a queue is longer than it may be");
  }
  for (auto& [serial, request] : requests_) {
    if (request.state == State::abandoned && !request.called_off) {
      fail("a worker was not told that nobody waits");
    }
    if (request.state != State::queued) continue;
    const auto there = availability(request);
    if (there != Code::ok && there != Code::circuit_open) {
      fail("a request waits for what nobody serves");
    }
    if (doing_ != Doing::tick) continue;
    for (const auto id : candidates(request, Side::any)) {
      const bool closed = members_[id].serves[request.service].health.is_closed();
      if (closed && pipes_[id] == net::Sent::ok) fail("a request waits beside a free worker");
    }
    const bool stands = looks_ && request.lane != 0 && lines_[request.service].standing;
    if (stands && oldest_wait(request.service) > 100'000 && request.placed_in != steps_) {
      fail("a standing queue was not shed");
    }
  }
}

// Who has said nothing for so long is not there any more.
void Model::check_partings() {
  for (const auto& [id, member] : members_) {
    if (now_ - member.heard_at >= kDead) fail("a silent peer was not parted with");
  }
}

Code Model::admission(PeerId client, const Request& request, bool granted) const {
  if (!granted) return Code::denied;
  const auto there = availability(request);
  if (there != Code::ok) return there;
  const uint32_t most =
      client != 1 && orders_.asker_max != 0 ? orders_.asker_max : options_.inflight_per_principal;
  if (waiting_of(client == 1 ? "other" : "asker") >= most) return Code::rate_limited;
  return Code::ok;
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
    if (request.service != service) continue;
    const bool resumed = request.state == State::held && request.resume_at <= now_;
    const bool again =
        request.state == State::sent && request.idempotent && members_.at(request.holder).lost;
    sum += resumed || again;
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
