#include "broker/events/fanout.h"

#include <algorithm>
#include <utility>

#include "broker/events/figures.h"
#include "common/crypto/crypto.h"
#include "common/net/address.h"
#include "common/process/log.h"
#include "common/process/self_service.h"

namespace bilten::events {
namespace {

constexpr int kMessagesPerTurn = 256;
constexpr int64_t kTurnMaxMs = 500;  // How soon SIGHUP is seen at rest.
constexpr SteadyMicros kReportMicros = 1'000'000;
constexpr int kBindTries = 400;
constexpr int64_t kBindRetryMs = 5;

// One ZAP domain for each door.
constexpr const char* kPublishers = "pub";
constexpr const char* kReaders = "sub";
constexpr const char* kOperators = "ops";
constexpr const char* kPeers = "peer";

Result<net::Socket> listen(net::Context& context, net::SocketType type, const Config& config,
                           const net::KeyRing& keys, const char* domain) {
  net::SocketOptions options;
  options.keys = keys.own;
  options.zap_domain = domain;
  options.send_high_water = options.receive_high_water = static_cast<int>(config.high_water);
  return net::Socket::open(context, type, options);
}

bool is_subscription(std::string_view word) {
  if (word.empty() || word.size() > kTopicMax + 1) return false;
  return word[0] == '\0' || word[0] == '\1';
}

int fail(const Error& error, int exit_code) {
  log_error("cannot_start", {{"reason", error.reason}, {"detail", error.detail}});
  return exit_code;
}

}  // namespace

Result<std::unique_ptr<Fanout>> Fanout::open(net::Context& context, const Config& config,
                                             const net::KeyRing& keys,
                                             const std::vector<AccessRule>& rules) {
  // The doorkeeper stands before the doors open.
  auto zap = net::Zap::open(context);
  if (!zap) return zap.error();
  auto in = listen(context, net::SocketType::xsub, config, keys, kPublishers);
  if (!in) return in.error();
  auto out = listen(context, net::SocketType::xpub, config, keys, kReaders);
  if (!out) return out.error();
  auto operations = listen(context, net::SocketType::xpub, config, keys, kOperators);
  if (!operations) return operations.error();
  auto peers = listen(context, net::SocketType::xpub, config, keys, kPeers);
  if (!peers) return peers.error();
  std::unique_ptr<Fanout> fanout(
      new Fanout(std::move(*zap),
                 {std::move(*in), std::move(*out), std::move(*operations), std::move(*peers)}));
  if (auto done = fanout->reload(keys, rules); !done) return done.error();
  if (auto bound = fanout->bind(config); !bound) return bound.error();
  if (auto heard = fanout->hear_peers(context, config, keys); !heard) return heard.error();
  // Operators choose among these few at their own socket: nothing of theirs travels upstream.
  for (const char* topic : {"ops.", "metric.", "log."}) {
    if (auto done = fanout->in_.subscribe(topic); !done) return done.error();
    for (auto& other : fanout->others_) {
      if (auto done = other.subscribe(topic); !done) return done.error();
    }
  }
  return fanout;
}

Fanout::Fanout(net::Zap zap, Sockets sockets)
    : zap_(std::move(zap)),
      in_(std::move(sockets.in)),
      out_(std::move(sockets.out)),
      operations_(std::move(sockets.operations)),
      peers_(std::move(sockets.peers)),
      doors_{Door{kReaders, out_, {}, {}}, Door{kOperators, operations_, {}, {}},
             Door{kPeers, peers_, {}, {}}} {}

// Readers' doors before the publishers': what comes first finds somebody.
Status Fanout::bind(const Config& config) {
  if (auto bound = out_.bind(config.listen_subscribe); !bound) return bound;
  if (auto bound = operations_.bind(config.listen_operations); !bound) return bound;
  if (auto bound = peers_.bind(config.listen_peers); !bound) return bound;
  for (auto& door : doors_) door.endpoint = door.socket.endpoint();
  return in_.bind(config.listen_publish);
}

Status Fanout::hear_peers(net::Context& context, const Config& config, const net::KeyRing& keys) {
  for (const auto& peer : config.peers) {
    const auto address = net::parse_address(peer, "events");
    if (!address) return address.error();
    const auto key = keys.public_keys.find(address->principal);
    if (key == keys.public_keys.end()) {
      return Error{Code::invalid, "no_key",
                   "no public key of '" + address->principal + "' in the key folder"};
    }
    net::SocketOptions options;
    options.keys = keys.own;
    options.server_key = key->second;
    options.send_high_water = options.receive_high_water = static_cast<int>(config.high_water);
    auto socket = net::Socket::open(context, net::SocketType::xsub, options);
    if (!socket) return socket.error();
    if (auto connected = socket->connect(address->endpoint); !connected) return connected;
    others_.push_back(std::move(*socket));
  }
  return Done{};
}

Status Fanout::reload(const net::KeyRing& keys, const std::vector<AccessRule>& rules) {
  std::vector<std::string> publishers;
  std::array<std::vector<std::string>, kReaderDoors> readers;  // In the order of doors_.
  for (const auto& rule : rules) {
    if (!rule.publish.empty()) publishers.push_back(rule.principal);
    if (rule.hears(Stream::facts)) readers[0].push_back(rule.principal);
    if (rule.hears(Stream::operations)) readers[1].push_back(rule.principal);
    if (rule.broker) readers[2].push_back(rule.principal);
  }
  auto may_publish = net::guests_of(keys, publishers);
  if (!may_publish) return may_publish.error();
  std::array<net::Guests, kReaderDoors> may_hear;
  for (size_t i = 0; i < kReaderDoors; ++i) {
    auto guests = net::guests_of(keys, readers[i]);
    if (!guests) return guests.error();
    may_hear[i] = std::move(*guests);
  }
  zap_.admit(kPublishers, *may_publish);
  publishers_ = std::move(*may_publish);
  gate_.set_access(rules);
  for (size_t i = 0; i < kReaderDoors; ++i) {
    if (auto done = let_in(doors_[i], std::move(may_hear[i])); !done) return done;
  }
  return Done{};
}

Status Fanout::let_in(Door& door, net::Guests guests) {
  zap_.admit(door.domain, guests);
  const auto before = std::exchange(door.guests, std::move(guests));
  const bool some_lost_it = std::ranges::any_of(
      before, [&](const auto& guest) { return !door.guests.contains(guest.first); });
  if (!some_lost_it) return Done{};
  door.socket.unbind(door.endpoint);
  // libzmq's thread gives the port back a moment later.
  for (int tries = 0;; ++tries) {
    auto bound = door.socket.bind(door.endpoint);
    if (bound || tries == kBindTries) return bound;
    net::poll(nullptr, 0, kBindRetryMs);
  }
}

bool Fanout::turn(int stop_fd, int64_t wait_max_ms) {
  items_.clear();
  items_.push_back({.handle = zap_.handle()});
  for (auto* socket : {&in_, &out_, &operations_, &peers_}) items_.push_back({.socket = socket});
  for (auto& other : others_) items_.push_back({.socket = &other});
  if (stop_fd >= 0) items_.push_back({.fd = stop_fd});
  net::poll(items_.data(), items_.size(), wait_max_ms);
  if (items_[0].readable && !zap_.answer()) return false;
  pass_subscriptions();
  pass_subscriptions_of_peers();
  drop_operators_words();
  pass_publications();
  for (auto& other : others_) pass_relayed(other);
  return true;
}

void Fanout::pass_publications() {
  net::Message message;
  bool more = false;
  for (int taken = 0; taken < kMessagesPerTurn && in_.receive(message, more); ++taken) {
    auto principal = message.user_id();
    if (!publishers_.contains(message.peer_key())) principal += " by an old key";
    // Of several frames the first alone is judged, and it is no whole publication.
    const auto verdict = gate_.judge(principal, more ? std::string_view() : message.view());
    if (verdict != Verdict::fact && verdict != Verdict::operations) continue;
    net::Message crossing = message.share();
    peers_.send(crossing);
    (verdict == Verdict::fact ? out_ : operations_).send(message);
  }
}

void Fanout::pass_relayed(net::Socket& from) {
  net::Message message;
  bool more = false;
  for (int taken = 0; taken < kMessagesPerTurn && from.receive(message, more); ++taken) {
    const auto verdict = gate_.judge_relayed(more ? std::string_view() : message.view());
    if (verdict == Verdict::fact) out_.send(message);
    if (verdict == Verdict::operations) operations_.send(message);
  }
}

// A reader's SUBSCRIBE (1) or CANCEL (0) with a topic; anything else is not meant for publishers.
void Fanout::pass_subscriptions() {
  net::Message message;
  bool more = false;
  for (int taken = 0; taken < kMessagesPerTurn && out_.receive(message, more); ++taken) {
    const auto word = message.view();
    if (more || !is_subscription(word)) continue;
    for (auto& other : others_) other.send(word);
    in_.send(message);
  }
}

// Publishers here should know what is wanted elsewhere; third machines hear them themselves.
void Fanout::pass_subscriptions_of_peers() {
  net::Message message;
  bool more = false;
  for (int taken = 0; taken < kMessagesPerTurn && peers_.receive(message, more); ++taken) {
    if (!more && is_subscription(message.view())) in_.send(message);
  }
}

void Fanout::drop_operators_words() {
  net::Message message;
  bool more = false;
  for (int taken = 0; taken < kMessagesPerTurn && operations_.receive(message, more); ++taken) {
  }
}

void Fanout::report(SteadyMicros now) {
  if (now - reported_at_ < kReportMicros) return;
  reported_at_ = now;
  const auto refusals = zap_.take_refusals();
  if (!refusals.empty()) log_warning("handshake_refused", {{"detail", refusals}});
  const uint64_t dropped = gate_.strangers() + gate_.malformed();
  if (std::exchange(reported_, dropped) == dropped) return;
  std::string who;
  for (const auto& [principal, count] : gate_.strangers_by_principal()) {
    who += (who.empty() ? "" : ", ") + principal + " " + std::to_string(count);
  }
  log_warning("publications_dropped", {{"strangers", gate_.strangers()},
                                       {"malformed", gate_.malformed()},
                                       {"passed", gate_.passed()},
                                       {"relayed", gate_.relayed()},
                                       {"strangers_by_principal", who}});
}

namespace {

void reload(Fanout& fanout, const Config& config, const MeshSettings& mesh) {
  const auto keys = net::load_keys(mesh.keys, "events");
  const auto rules = load_access(config.access);
  Status done = Done{};
  if (!keys) {
    done = keys.error();
  } else if (!rules) {
    done = rules.error();
  } else {
    done = fanout.reload(*keys, *rules);
  }
  if (done) return log_info("access_reloaded");
  log_error("access_not_reloaded", {{"detail", done.error().detail}});
}

}  // namespace

int run_events(const Config& config, const MeshSettings& mesh, Process& process) {
  const auto keys = net::load_keys(mesh.keys, "events");
  if (!keys) return fail(keys.error(), kExitConfig);
  const auto rules = load_access(config.access);
  if (!rules) return fail(rules.error(), kExitConfig);
  const SystemClock clock;
  net::Context context;
  auto fanout = Fanout::open(context, config, *keys, *rules);
  if (!fanout) return fail(fanout.error(), kExitTryAgain);
  process.ready("publishers at " + (*fanout)->publish_endpoint() + ", readers at " +
                (*fanout)->subscribe_endpoint());
  crypto::SystemRandom random;
  SelfService self(context, mesh, *keys, clock, random);
  if (auto joined = self.start(); !joined) return fail(joined.error(), kExitConfig);
  Figures figures;
  while (!process.stopping()) {
    if (!(*fanout)->turn(process.stop_fd(), kTurnMaxMs)) {
      return fail({Code::unavailable, "zap_broken", "the ZAP handler broke"}, kExitTryAgain);
    }
    (*fanout)->report(clock.steady_us());
    figures.take((*fanout)->gate());
    if (process.reload_wanted()) reload(**fanout, config, mesh);
    process.alive();
  }
  return kExitOk;
}

}  // namespace bilten::events
