#include "broker/events/fanout.h"

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
constexpr size_t kTopicMax = 200;

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
      peers_(std::move(sockets.peers)) {}

// Readers' doors before the publishers': what comes first finds somebody.
Status Fanout::bind(const Config& config) {
  if (auto bound = out_.bind(config.listen_subscribe); !bound) return bound;
  if (auto bound = operations_.bind(config.listen_operations); !bound) return bound;
  if (auto bound = peers_.bind(config.listen_peers); !bound) return bound;
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
  std::vector<std::string> publishers, readers, operators, peers;
  for (const auto& rule : rules) {
    if (!rule.publish.empty()) publishers.push_back(rule.principal);
    if (rule.hear) readers.push_back(rule.principal);
    if (rule.operations) operators.push_back(rule.principal);
    if (rule.broker) peers.push_back(rule.principal);
  }
  auto may_publish = net::guests_of(keys, publishers);
  auto may_hear = net::guests_of(keys, readers);
  auto may_operate = net::guests_of(keys, operators);
  auto may_relay = net::guests_of(keys, peers);
  if (!may_publish) return may_publish.error();
  if (!may_hear) return may_hear.error();
  if (!may_operate) return may_operate.error();
  if (!may_relay) return may_relay.error();
  zap_.admit(kPublishers, std::move(*may_publish));
  zap_.admit(kReaders, std::move(*may_hear));
  zap_.admit(kOperators, std::move(*may_operate));
  zap_.admit(kPeers, std::move(*may_relay));
  gate_.set_access(rules);
  return Done{};
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
    // Of several frames the first alone is judged, and it is no whole publication.
    const auto verdict = gate_.judge(message.user_id(), more ? std::string_view() : message.view());
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
  const uint64_t dropped = gate_.strangers() + gate_.malformed();
  if (dropped == reported_ || now - reported_at_ < kReportMicros) return;
  reported_ = dropped;
  reported_at_ = now;
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
