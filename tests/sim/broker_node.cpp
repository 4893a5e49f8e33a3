#include "tests/sim/broker_node.h"

#include <algorithm>

namespace bilten::sim {

namespace {

AccessRule rule(const char* principal, uint32_t number, std::vector<std::string> serve,
                std::vector<std::string> call) {
  AccessRule made;
  made.principal = principal;
  made.number = number;
  made.serve = std::move(serve);
  made.call = std::move(call);
  return made;
}

// conf/access.toml as far as this run needs it, with a reader of ticket's facts.
const std::vector<AccessRule>& rules() {
  static const std::vector<AccessRule> kRules{
      rule("gateway", 10, {}, {"user.*", "event.*", "ticket.*"}), rule("user", 11, {"user"}, {}),
      rule("event", 12, {"event"}, {"user.journal.*"}),
      rule("ticket", 13, {"ticket"}, {"user.journal.*", "event.journal.*"}),
      rule("reader", 14, {"reader"}, {"user.journal.*", "ticket.journal.*"})};
  return kRules;
}

}  // namespace

BrokerNode::BrokerNode(World& world, Network& network)
    : world_(world),
      network_(network),
      index_(network.add_broker(*this)),
      random_(world.chance.next()) {}

void BrokerNode::start() {
  ++life_;
  broker::CoreOptions options;
  options.broker = IdSource(random_).next(world_.wall_ms());
  options.incarnation = world_.wall_ms();
  options.inflight_max = 1024;
  broker::Outside& outside = *this;
  core_ = std::make_unique<broker::Core>(options, random_, outside);
  core_->set_access(world_.now(), rules());
  settle();
}

void BrokerNode::crash() {
  if (!core_) return;
  ++life_;
  core_.reset();
  armed_ = kNever;
  network_.vanish_broker(index_);
}

void BrokerNode::arrive(PeerId from, std::string frame) {
  if (!core_) return;
  net::Message message(frame);
  core_->receive(world_.now(), from, message, false);
  settle();
}

// What the shell does after each batch: due timers, and when to wake for the next.
void BrokerNode::settle() {
  if (core_->next_due() <= world_.now()) core_->tick(world_.now());
  check_credit();
  const auto due = core_->next_due();
  if (due == kNever || due >= armed_) return;
  armed_ = due;
  world_.at(std::max(due, world_.now() + 50), [this, due, life = life_] {
    if (life != life_ || armed_ != due) return;
    armed_ = kNever;
    core_->tick(world_.now());
    settle();
  });
}

void BrokerNode::check_credit() {
  for (const auto& [name, service] : core_->registry().services()) {
    for (const auto* claim : service.workers) {
      if (claim->inflight <= claim->told.credit) continue;
      world_.fail("the broker gave " + name + " " + std::to_string(claim->inflight) +
                  " requests, and its credit is " + std::to_string(claim->told.credit));
    }
  }
}

net::Sent BrokerNode::send(PeerId peer, net::Message& message) {
  const auto sent = network_.send_to(peer, std::string(message.view()));
  if (sent == net::Sent::ok) message = net::Message();
  return sent;
}

std::string BrokerNode::principal_of(PeerId peer, const net::Message&) {
  return network_.principal_of(peer);
}

void BrokerNode::note(std::string_view what, std::string_view principal, std::string_view detail) {
  if (!world_.telling()) return;
  world_.tell("broker " + std::to_string(index_) + " notes " + std::string(what) + " " +
              std::string(principal) + " " + std::string(detail));
}

}  // namespace bilten::sim
