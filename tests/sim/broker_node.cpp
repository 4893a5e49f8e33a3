#include "tests/sim/broker_node.h"

#include <algorithm>

namespace bilten::sim {

namespace {

constexpr const char* kPrincipal = "broker";  // Of every broker.
constexpr SteadyMicros kLookIfDrained = 20 * kMillisecond;
constexpr SteadyMicros kLinger = 3 * kMillisecond;

AccessRule rule(const char* principal, uint32_t number, std::vector<std::string> serve,
                std::vector<std::string> call) {
  AccessRule made;
  made.principal = principal;
  made.number = number;
  made.serve = std::move(serve);
  made.call = std::move(call);
  return made;
}

AccessRule broker_rule() {
  AccessRule made = rule(kPrincipal, 1, {}, {});
  made.broker = true;
  return made;
}

// conf/access.toml as far as this run needs it, with a reader of ticket's facts.
const std::vector<AccessRule>& rules() {
  static const std::vector<AccessRule> kRules{
      broker_rule(),
      rule("gateway", kGatewayNumber, {}, {"user.*", "event.*", "ticket.*", "payment.*"}),
      rule("user", 11, {"user"}, {}),
      rule("event", 12, {"event"}, {"user.journal.*"}),
      rule("ticket", 13, {"ticket"}, {"user.journal.*", "event.journal.*", "payment.journal.*"}),
      rule("reader", 14, {"reader"}, {"user.journal.*", "ticket.journal.*"}),
      rule("payment", 15, {"payment"}, {"user.journal.*", "event.journal.*", "ticket.journal.*"})};
  return kRules;
}

}  // namespace

BrokerNode::BrokerNode(World& world, Network& network, Traffic& traffic, uint32_t queue_max)
    : world_(world),
      network_(network),
      traffic_(traffic),
      queue_max_(queue_max),
      index_(network.add_broker(*this)),
      random_(world.chance.next()) {}

void BrokerNode::add_links(uint32_t brokers) {
  for (uint32_t other = 0; other < brokers; ++other) {
    if (other != index_) neighbours_.push_back(other);
  }
  member_ = network_.add_member(*this, neighbours_, {});
}

void BrokerNode::start() {
  ++life_;
  broker::CoreOptions options;
  options.name = "b" + std::to_string(index_);
  options.broker = IdSource(random_).next(world_.wall_ms());
  options.incarnation = world_.wall_ms();
  options.inflight_max = 1024;
  options.queue_max = queue_max_;
  for (const auto other : neighbours_) {
    options.neighbours.push_back({kPrincipal, "tcp://broker-" + std::to_string(other) + ":5570"});
  }
  broker::Outside& outside = *this;
  core_ = std::make_unique<broker::Core>(options, random_, outside);
  core_->set_access(world_.now(), rules());
  settle();
}

void BrokerNode::crash() {
  if (!core_) return;
  end();
  network_.vanish_member(member_);
  network_.vanish_broker(index_);
}

void BrokerNode::stop_for(SteadyMicros most, SteadyMicros down) {
  if (!core_) return;
  core_->drain(world_.now());
  settle();
  look_if_drained(world_.now() + most, down);
}

void BrokerNode::look_if_drained(SteadyMicros until, SteadyMicros down) {
  world_.after(kLookIfDrained, [this, until, down, life = life_] {
    if (life != life_) return;
    if (!core_->is_drained() && world_.now() < until) return look_if_drained(until, down);
    if (core_->is_drained()) ++world_.coverage.drained;
    core_->farewell(world_.now());
    end();
    // Its sockets linger: the last frames leave.
    for (uint32_t link = 0; link < neighbours_.size(); ++link) network_.close(member_, link);
    world_.after(kLinger, [this] { network_.vanish_broker(index_); });
    world_.after(kLinger + down, [this] {
      if (!is_up()) start();
    });
  });
}

void BrokerNode::end() {
  count();
  owed_.clear();
  ++life_;
  core_.reset();
  armed_ = kNever;
}

void BrokerNode::count() const {
  const auto& counters = core_->counters();
  Coverage& coverage = world_.coverage;
  coverage.forwarded += counters.forwarded_to_brokers;
  coverage.queued += counters.queued;
  coverage.resent += counters.resent;
  coverage.worker_lost += counters.worker_lost;
  coverage.fenced += counters.fenced;
}

void BrokerNode::arrive(PeerId from, std::string frame) {
  take(from, frame, network_.principal_of(from) == kPrincipal);
}

// What comes on a link that this broker dialled.
void BrokerNode::arrive(uint32_t, uint32_t generation, std::string frame) {
  take(broker::kDialled | generation, frame, true);
}

void BrokerNode::take(PeerId from, const std::string& frame, bool from_broker) {
  if (!core_) return;
  if (const auto parsed = parse_frame(frame)) {
    traffic_.arrived(index_, *parsed, from_broker);
    const auto command = parsed->header.command;
    if (command == Command::reply || command == Command::error) --owed_[from];
  }
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
  const auto check = [this](const std::string& name, const std::vector<broker::Claim*>& claims) {
    for (const auto* claim : claims) {
      if (claim->inflight <= claim->told.credit) continue;
      world_.fail("the broker gave " + name + " " + std::to_string(claim->inflight) +
                  " requests, and its credit is " + std::to_string(claim->told.credit));
    }
  };
  for (const auto& [name, service] : core_->registry().services()) {
    check(name, service.workers);
    check(name, service.remote);
  }
}

// Counted apart from the core: what it believes free must be free.
void BrokerNode::check_owed(PeerId worker, const Frame& request) {
  const uint32_t owed = ++owed_[worker];
  const auto& services = core_->registry().services();
  const auto service = services.find(request.service());
  if (service == services.end() || broker::is_dialled(worker)) return;
  for (const auto* claim : service->second.workers) {
    if (claim->peer->id != worker || owed <= claim->told.credit) continue;
    world_.fail(service->first + " owes " + std::to_string(owed) + " answers, and its credit is " +
                std::to_string(claim->told.credit));
  }
}

net::Sent BrokerNode::send(PeerId peer, net::Message& message) {
  const bool dialled = broker::is_dialled(peer);
  const auto link = static_cast<uint32_t>(peer & 0xFF);
  const auto sent = dialled ? network_.send(member_, link, std::string(message.view()))
                            : network_.send_to(peer, std::string(message.view()));
  if (sent != net::Sent::ok) return sent;
  if (const auto parsed = parse_frame(message.view())) {
    traffic_.sent(index_, *parsed, dialled);
    if (parsed->header.command == Command::request) check_owed(peer, *parsed);
  }
  message = net::Message();
  return sent;
}

// The connection's generation is what its PeerId has beside kDialled.
void BrokerNode::dial(uint32_t neighbour, PeerId as) {
  network_.open(member_, neighbour, static_cast<uint32_t>(as));
}

void BrokerNode::hang_up(uint32_t neighbour) {
  network_.close(member_, neighbour);
}

const std::string& BrokerNode::principal() const {
  static const std::string kName = kPrincipal;
  return kName;
}

std::string BrokerNode::principal_of(PeerId peer, const net::Message&) {
  return network_.principal_of(peer);
}

void BrokerNode::note(std::string_view what, std::string_view principal, std::string_view detail) {
  if (what == "neighbour_lost") ++world_.coverage.neighbours_lost;
  if (!world_.telling()) return;
  world_.tell("broker " + std::to_string(index_) + " notes " + std::string(what) + " " +
              std::string(principal) + " " + std::string(detail));
}

}  // namespace bilten::sim
