#include "tests/sim/member.h"

#include <algorithm>

namespace bilten::sim {

namespace {

constexpr SteadyMicros kLookIfIdle = 10 * kMillisecond;

}  // namespace

Member::Member(World& world, Network& network, std::string principal,
               std::vector<std::string> topics, std::vector<uint32_t> joins, Handlers handlers)
    : world_(world),
      network_(network),
      principal_(std::move(principal)),
      index_(network.add_member(*this, joins, std::move(topics))),
      joins_(std::move(joins)),
      handlers_(std::move(handlers)),
      random_(world.chance.next()) {}

void Member::start(UnixMillis wall, std::vector<ServiceClaim> claims) {
  ++life_;
  net::MeshCore::Options options;
  for (const auto broker : joins_) options.brokers.push_back("broker-" + std::to_string(broker));
  options.ready.role = claims.empty() ? PeerRole::client : PeerRole::worker;
  options.ready.incarnation = wall;
  options.ready.instance = IdSource(random_).next(wall);
  options.ready.services = std::move(claims);
  core_ = std::make_unique<net::MeshCore>(std::move(options), random_);
  core_->tick(world_.now());
  carry_out();
}

void Member::crash() {
  ++life_;
  core_.reset();
  armed_ = kNever;
  network_.vanish_member(index_);
}

void Member::drain(SteadyMicros most, std::function<void()> stopped) {
  core_->drain(world_.now());
  carry_out();
  look_if_idle(world_.now() + most, std::move(stopped));
}

void Member::look_if_idle(SteadyMicros until, std::function<void()> stopped) {
  world_.after(kLookIfIdle, [this, until, stopped = std::move(stopped), life = life_] {
    if (life != life_) return;
    const bool idle = core_->idle(world_.now());
    if (!idle && world_.now() < until) return look_if_idle(until, stopped);
    if (idle) ++world_.coverage.drained;
    core_->finish(world_.now());
    carry_out();
    ++life_;
    core_.reset();
    armed_ = kNever;
    for (uint32_t link = 0; link < joins_.size(); ++link) network_.close(index_, link);
    stopped();
  });
}

void Member::call(net::Call call, net::OnAnswer done) {
  core_->call(world_.now(), std::move(call), std::move(done));
  carry_out();
}

void Member::reply(std::vector<net::Mesh::Reply> replies) {
  for (auto& reply : replies) core_->reply(world_.now(), std::move(reply));
  carry_out();
}

void Member::publish(const std::string& frame) {
  network_.publish(index_, frame);
}

void Member::arrive(uint32_t link, uint32_t generation, std::string frame) {
  if (!core_) return;
  core_->receive(world_.now(), link, generation, frame);
  carry_out();
}

void Member::hear(const std::string& publication) {
  if (!core_ || !handlers_.on_publications) return;
  auto parsed = net::parse_event_frame(publication);
  if (!parsed) return world_.fail("a publication cannot be read");
  world_.trace(index_, publication);
  std::vector<net::Publication> publications;
  publications.push_back(std::move(*parsed));
  handlers_.on_publications(std::move(publications));
}

void Member::carry_out() {
  if (busy_) return;
  busy_ = true;
  auto& output = core_->output();
  do {
    while (!output.sockets.empty() || !output.frames.empty()) {
      for (const auto& wish : std::exchange(output.sockets, {})) {
        network_.close(index_, wish.link);
        if (wish.open) network_.open(index_, wish.link, core_->generation(wish.link));
      }
      send_frames();
    }
    hand_over();
  } while (!output.sockets.empty() || !output.frames.empty() || !output.requests.empty() ||
           !core_->ended().empty());
  busy_ = false;
  arm();
}

void Member::send_frames() {
  for (auto& frame : std::exchange(core_->output().frames, {})) {
    if (core_->generation(frame.link) != frame.generation) continue;
    if (network_.send(index_, frame.link, frame.frame) != net::Sent::ok) {
      core_->refused(world_.now(), std::move(frame));
    }
  }
}

void Member::hand_over() {
  auto& output = core_->output();
  output.notices.clear();
  output.cancellations.clear();  // What runs here runs to its end.
  if (!output.requests.empty()) handlers_.on_requests(std::exchange(output.requests, {}));
  for (auto& [done, answer] : std::exchange(core_->ended(), {})) done(std::move(answer));
}

void Member::arm() {
  const auto due = core_->next_wake();
  if (due == kNever || due >= armed_) return;
  armed_ = due;
  world_.at(std::max(due, world_.now() + 50), [this, due, life = life_] {
    if (life != life_ || armed_ != due) return;
    armed_ = kNever;
    core_->tick(world_.now());
    carry_out();
  });
}

}  // namespace bilten::sim
