#include "tests/unit/broker/model.h"

#include <algorithm>

namespace bilten::broker {
namespace {

constexpr PeerId kClients = 3;  // Peers 1 to 3 ask, 4 to 7 serve, 8 and 9 want to own.
constexpr PeerId kOwners = 8;
constexpr PeerId kOperator = 10;
constexpr uint32_t kLimit = 24;  // In flight of one principal.
const std::vector<std::string> kServices = {"mail", "user", "own"};

std::string serial_text(uint64_t serial) {
  return {reinterpret_cast<const char*>(&serial), sizeof serial};
}

}  // namespace

Model::Model(uint64_t seed) : random_(seed) {
  options_.queue_max = 6;
  options_.queue_wait_ms = 200;
  options_.inflight_per_principal = kLimit;
  core_ = std::make_unique<Core>(options_, random_, *this);
  auto other = World::rule("other", 21, {}, {"mail.*", "own.*"});
  other.requests_per_second = 40;
  core_->set_access(now_, {World::rule("asker", 20, {}, {"mail.*", "user.*", "own.*", "none.*"}),
                           other, World::rule("server", 30, {"mail", "user", "own"}, {}),
                           World::rule("operator", 90, {}, {}, true)});
}

std::string Model::principal_of(PeerId peer, const net::Message&) {
  if (peer == kOperator) return "operator";
  if (peer > kClients) return "server";
  return peer == 1 ? "other" : "asker";
}

void Model::fail(const std::string& what) {
  if (!violation_.empty()) return;
  violation_ = what + "; the last inputs:";
  for (const auto& each : trail_) violation_ += "\n  " + each;
}

void Model::step() {
  const auto dice = random_.below(1000);
  if (dice < 60) return join();
  if (dice < 440) return ask();
  if (dice < 700) return answer();
  if (dice < 715) return answer_in_part();
  if (dice < 720) return rule();
  if (dice < 740) return forge();
  if (dice < 770) return grant();
  if (dice < 870) return beat();
  if (dice < 874) return leave();
  if (dice < 900) return cancel();
  if (dice < 908) return speak_badly();
  if (dice < 930) return change_pipe();
  const bool long_wait = chance(25);
  pass_time(4 * static_cast<int64_t>(1 + random_.below(long_wait ? 100 : 8)));
}

void Model::finish() {
  for (int i = 0; i < 60; ++i) pass_time(400);
  if (!requests_.empty() || core_->slots_used() != 0) fail("requests are left when all is over");
}

void Model::say(PeerId peer, const std::string& bytes, Doing doing, bool more) {
  if (pipes_[peer] == net::Sent::gone) return;  // Nothing comes from the dead.
  static const char* const kNames[] = {"ready",     "request", "answer",  "cancel", "bad",
                                       "two parts", "tick",    "partial", "other"};
  remember("peer " + std::to_string(peer) + " " + kNames[static_cast<size_t>(doing)] + " " +
           std::to_string(subject_));
  doing_ = doing;
  doer_ = peer;
  ++steps_;
  const auto member = members_.find(peer);
  if (member != members_.end() && doing != Doing::malformed && doing != Doing::more) {
    member->second.heard_at = now_;
  }
  word_due_ = is_word_due();
  words_passed_ = 0;
  net::Message message(bytes);
  core_->receive(now_, peer, message, more);
  settle();
  check_state();
}

void Model::remember(const std::string& input) {
  trail_.push_back(std::to_string(now_) + " " + input);
  if (trail_.size() > 12) trail_.erase(trail_.begin());
}

// ---- inputs ----

void Model::join() {
  const auto peer = random_peer();
  if (pipes_[peer] != net::Sent::ok) pipes_[peer] = net::Sent::ok;  // As a new connection.
  Ready ready;
  ready.instance = World::instance(static_cast<uint8_t>(peer));
  ready.incarnation = static_cast<int64_t>(random_.below(50));
  expected_ = Code::ok;
  overtaken_.clear();
  if (peer > kClients) {
    ready.role = PeerRole::worker;
    if (peer >= kOwners) ready.services.push_back(own_claim());
    for (const char* name : {"mail", "user"}) {
      if (!chance(60)) continue;
      auto claim = World::claim(name, static_cast<uint32_t>(random_.below(7)),
                                static_cast<uint32_t>(1 + random_.below(3)));
      claim.version = peer % 2 == 0 ? "1.0" : "1.1";
      ready.services.push_back(claim);
    }
  }
  if (peer >= kOwners) foresee(peer, ready);
  if (expected_ == Code::ok) settle_in(peer, ready);
  say(peer, World::ready_frame(ready), Doing::ready);
}

// The whole of the shards, or one half of them.
ServiceClaim Model::own_claim() {
  auto claim = World::owner("own", std::string(16, chance(70) ? 'a' : 'b'),
                            static_cast<int64_t>(chance(90) ? 1 : random_.below(3)));
  claim.credit = static_cast<uint32_t>(random_.below(6));
  if (chance(60)) claim.shards = chance(50) ? ShardRange{1, 500} : ShardRange{501, UINT32_MAX};
  return claim;
}

// Whom the owner overtakes, and whether it is refused.
void Model::foresee(PeerId peer, const Ready& ready) {
  const auto& claim = ready.services[0];
  for (auto& [id, member] : members_) {
    const auto& held = member.serves["own"];
    if (id == peer || !held.active) continue;
    const bool apart = claim.shards && held.shards &&
                       (claim.shards->hi < held.shards->lo || held.shards->hi < claim.shards->lo);
    if (apart) continue;
    const bool newer = claim.epoch != held.epoch ? claim.epoch > held.epoch
                                                 : member.folder == claim.folder_id.data &&
                                                       ready.incarnation > member.incarnation;
    if (newer) overtaken_.insert(id);
    if (!newer && pipes_[id] != net::Sent::gone) expected_ = Code::fenced;
  }
}

void Model::settle_in(PeerId peer, const Ready& ready) {
  auto& member = members_[peer];
  member.draining = false;
  member.incarnation = ready.incarnation;
  for (auto& [name, serving] : member.serves) serving.active = false;
  for (const auto& claim : ready.services) {
    auto& serving = member.serves[claim.service];
    serving.active = true;
    serving.owner = claim.owner;
    serving.credit = claim.credit;
    serving.weight = claim.weight;
    serving.shards = claim.shards;
    serving.epoch = claim.epoch;
    serving.version = claim.version;
    if (claim.owner) member.folder = claim.folder_id.data;
  }
}

void Model::ask() {
  const auto peer = static_cast<PeerId>(1 + random_.below(kClients));
  if (!members_.contains(peer) || pipes_[peer] == net::Sent::gone) return;
  Request request;
  request.serial = ++next_serial_;
  request.client = peer;
  const auto pick = random_.below(40);
  request.service = pick == 0 ? "none" : kServices[pick % 3];
  const auto ttl =
      static_cast<uint32_t>(chance(2) ? 0 : 4 * (1 + random_.below(chance(80) ? 250 : 10)));
  request.expires = now_ + SteadyMicros{ttl} * 1000;
  request.idempotent = chance(40);
  if (request.service == "own") request.shard = static_cast<uint32_t>(random_.below(4) * 300);
  if (request.service == "mail" && chance(25)) {
    static const char* const kPins[] = {"1.0", "1.1", "1.*", "2.0"};
    request.pin = kPins[random_.below(4)];
  }
  Header header;
  header.shard = request.shard;
  header.id = request.serial;
  header.ttl_ms = ttl;
  if (request.idempotent) header.flags |= flag::kIdempotent;
  const auto cls = static_cast<Class>(random_.below(4));
  header.set_class(cls);
  request.lane = cls == Class::normal ? 1 : cls == Class::bulk ? 2 : 0;
  const bool granted = peer != 1 || request.service == "mail" || request.service == "own";
  expected_ = ttl == 0 && granted ? Code::deadline_queued : admission(peer, request, granted);
  if (expected_ == Code::ok && peer == 1 && !keeps_pace()) expected_ = Code::rate_limited;
  subject_ = request.serial;
  if (expected_ == Code::ok) {
    auto& budget = lines_[request.service].resend_budget;
    budget = std::min<int64_t>(budget + 1, 1000);
    steer(request);
  }
  requests_[request.serial] = request;
  const auto ext =
      request.pin.empty() ? std::string() : Packer().map(1).integer(12).text(request.pin).take();
  const auto frame = build_frame(header, request.service + ".do", ext, serial_text(request.serial));
  say(peer, frame, Doing::request);
}

void Model::answer() {
  Request* request = random_request();
  if (request == nullptr || request->holder == 0) return;
  // Some workers never answer what was taken from them: the grace must end it.
  if (request->state == State::abandoned && request->serial % 8 == 0) return;
  if (pipes_[request->holder] == net::Sent::gone) return;
  subject_ = request->serial;
  auto& serving = members_[request->holder].serves[request->service];
  serving.inflight -= 1;
  // Some workers have bad times.
  const bool fails = chance((request->holder + now_ / 3'000'000) % 2 == 0 ? 95 : 1);
  if (request->state == State::sent && !request->is_copy) {
    const auto change = serving.health.answered(now_, request->since, !fails);
    seen["breaker opened"] += change == Health::Change::opened;
    seen["breaker closed"] += change == Health::Change::closed;
  }
  serving.health.released(request->since);
  Header header;
  header.command = fails ? Command::error : Command::reply;
  header.code = static_cast<uint8_t>(fails ? Code::internal : Code::ok);
  header.id = request->token;
  say(request->holder, build_frame(header, {}, {}, serial_text(subject_)), Doing::answer);
}

void Model::answer_in_part() {
  Request* request = random_request();
  if (request == nullptr || request->holder == 0) return;
  if (pipes_[request->holder] == net::Sent::gone) return;
  subject_ = request->serial;
  if (request->client != 0) request->idempotent = false;  // The first pieces would come twice.
  say(request->holder, World::frame(Command::partial, request->token, serial_text(subject_)),
      Doing::partial);
}

void Model::forge() {
  const auto peer = random_peer();
  if (!members_.contains(peer)) return;
  const Request* request = random_request();
  uint64_t token = random_.next();
  if (request != nullptr && request->holder != 0) {
    token = request->holder == peer ? request->token + 1 : request->token;
  }
  subject_ = 0;
  say(peer, World::frame(Command::reply, token, "forged"), Doing::other);
}

void Model::grant() {
  const auto peer = random_peer();
  if (!members_.contains(peer) || pipes_[peer] == net::Sent::gone) return;
  const Credit credit{kServices[random_.below(3)], static_cast<uint32_t>(random_.below(8))};
  auto& serving = members_[peer].serves[credit.service];
  if (serving.active) serving.credit = credit.credit;
  say(peer, World::frame(Command::credit, 0, encode(credit)), Doing::other);
}

void Model::beat() {
  // Half of the time all that live do, or nobody would grow old.
  if (chance(50)) return say(random_peer(), World::frame(Command::heartbeat), Doing::other);
  for (PeerId peer = 1; peer <= kOperator; ++peer) {
    if (members_.contains(peer)) say(peer, World::frame(Command::heartbeat), Doing::other);
  }
}

void Model::leave() {
  const auto peer = random_peer();
  if (!members_.contains(peer) || pipes_[peer] == net::Sent::gone) return;
  if (chance(50)) {
    members_[peer].draining = true;
    return say(peer, World::frame(Command::drain), Doing::other);
  }
  mark_lost(peer);
  say(peer, World::frame(Command::disconnect), Doing::other);
}

void Model::cancel() {
  const Request* request = random_request();
  if (request == nullptr || request->client == 0) return;
  subject_ = request->serial;
  say(request->client, World::frame(Command::cancel, request->serial), Doing::cancel);
}

void Model::speak_badly() {
  const auto peer = random_peer();
  if (pipes_[peer] == net::Sent::gone) return;
  if (chance(20)) return say(peer, World::frame(Command::heartbeat), Doing::more, true);
  const auto member = members_.find(peer);
  if (member != members_.end()) {
    if (now_ - member->second.bad_since > 10'000'000) {
      member->second.bad_since = now_;
      member->second.bad = 0;
    }
    ++member->second.bad;
  }
  say(peer, "noise", Doing::malformed);
}

void Model::change_pipe() {
  const auto peer = random_peer();
  const auto dice = random_.below(10);
  if (pipes_[peer] == net::Sent::gone && members_.contains(peer)) return;
  pipes_[peer] = dice < 1 && chance(30) ? net::Sent::gone
                 : dice < 4             ? net::Sent::full
                                        : net::Sent::ok;
}

void Model::pass_time(int64_t ms) {
  now_ += ms * 1000;
  doing_ = Doing::tick;
  doer_ = 0;
  remember("tick");
  ++steps_;
  freed_by_time_ = false;
  word_due_ = false;
  looks_ = now_ / Congestion::kLookMicros != (now_ - ms * 1000) / Congestion::kLookMicros;
  for (auto& [name, line] : lines_) line.looked = false;
  judge_by_time();
  core_->tick(now_);
  look_all();
  settle();
  check_state();
  for (const auto& [serial, request] : requests_) {
    if (request.state == State::abandoned) continue;
    if (now_ >= request.expires) fail("an overdue request was not ended");
    if (request.state == State::held && now_ >= request.resume_at) fail("is held too long");
    if (request.state == State::queued && now_ >= request.wait_until) fail("waits too long");
  }
  check_partings();
}

// Graces end, and budgets at workers: that says something about the worker, and nothing to others.
void Model::judge_by_time() {
  std::vector<uint64_t> over;
  for (auto& [serial, request] : requests_) {
    if (request.holder == 0) continue;
    auto& serving = members_[request.holder].serves[request.service];
    if (request.state == State::abandoned && request.grace_until <= now_) {
      serving.inflight -= 1;
      serving.health.released(request.since);
      over.push_back(serial);
    } else if (request.state == State::sent && request.expires <= now_) {
      freed_by_time_ = true;  // The core judges them one by one, among other things.
      if (request.is_copy) {
        abandon(request);
      } else if (now_ - request.since >= kSlowMicros) {
        const auto change = serving.health.answered(now_, request.since, false);
        seen["breaker opened"] += change == Health::Change::opened;
      }
    }
  }
  for (const auto serial : over) end(serial);
  freed_by_time_ = freed_by_time_ || !over.empty();
  seen["grace"] += over.size();
}

Model::Request* Model::random_request() {
  if (requests_.empty()) return nullptr;
  const auto first = requests_.begin()->first;
  const auto last = requests_.rbegin()->first;
  return &requests_.lower_bound(first + random_.below(last - first + 1))->second;
}

}  // namespace bilten::broker
