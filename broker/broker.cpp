#include "broker/broker.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/crypto/crypto.h"
#include "common/process/log.h"
#include "common/process/metrics.h"
#include "common/process/trace.h"

namespace bilten::broker {
namespace {

constexpr const char* kDomain = "mesh";
constexpr int kFramesPerTurn = 256;
constexpr int64_t kTurnMaxMs = 500;  // How soon SIGHUP is seen at rest.
constexpr int64_t kDrainTurnMs = 20;
constexpr int kLingerMs = 200;  // For the last DISCONNECT frames.
constexpr SteadyMicros kTellAgainMicros = 10'000'000;
constexpr double kLogLinesMax = 50, kLogLinesPerSecond = 5;
// ROUTER's own ids: a zero byte, then a number.
constexpr size_t kPeerIdBytes = 5;

bool is_own_id(const std::string& id) {
  return id.size() == kPeerIdBytes && id[0] == '\0';
}

PeerId peer_of(const std::string& id) {
  PeerId peer = 0;
  for (size_t i = 1; i < kPeerIdBytes; ++i) peer = peer << 8 | static_cast<unsigned char>(id[i]);
  return peer;
}

std::array<char, kPeerIdBytes> id_of(PeerId peer) {
  return {'\0', static_cast<char>(peer >> 24), static_cast<char>(peer >> 16),
          static_cast<char>(peer >> 8), static_cast<char>(peer)};
}

CoreOptions options_of(const Config& config, const std::vector<net::Address>& neighbours,
                       const Clock& clock, Random& random) {
  CoreOptions options;
  options.name = config.name;
  options.build = kVersion;
  options.broker = IdSource(random).next(clock.wall_ms());
  options.incarnation = clock.wall_ms();
  options.heartbeat_ms = config.heartbeat_ms;
  options.liveness = config.liveness;
  options.queue_max = config.queue_max;
  options.queue_wait_ms = config.queue_wait_ms;
  options.inflight_max = config.inflight_max;
  options.inflight_per_principal = config.inflight_per_principal;
  options.peers_max = config.peers_max;
  options.neighbours = neighbours;
  return options;
}

// About twice what may be in flight: more would only wait where no deadline sees it.
int high_water(const Config& config) {
  return static_cast<int>(std::max<uint32_t>(2 * config.inflight_per_principal, 2048));
}

}  // namespace

Result<House> load_house(const std::string& keys_folder, const std::string& access_path) {
  auto keys = net::load_keys(keys_folder, "broker");
  if (!keys) return keys.error();
  auto rules = load_access(access_path);
  if (!rules) return rules.error();
  return House{std::move(*keys), std::move(*rules)};
}

Result<std::unique_ptr<Broker>> Broker::open(net::Context& context, const Config& config,
                                             const House& house, const Clock& clock,
                                             Random& random) {
  // The doorkeeper stands before the door opens.
  auto zap = net::Zap::open(context);
  if (!zap) return zap.error();
  net::SocketOptions options;
  options.keys = house.keys.own;
  options.zap_domain = kDomain;
  options.send_high_water = options.receive_high_water = high_water(config);
  options.linger_ms = kLingerMs;
  auto router = net::Socket::open(context, net::SocketType::router, options);
  if (!router) return router.error();
  auto broken = net::BrokenHandshakes::of(context, *router);
  if (!broken) return broken.error();
  std::vector<net::Address> neighbours;
  for (const auto& peer : config.peers) {
    auto address = net::parse_address(peer, "broker");
    if (!address) return address.error();
    if (!house.keys.public_keys.contains(address->principal)) {
      return Error{Code::invalid, "no_key",
                   "no public key of '" + address->principal + "' in the key folder"};
    }
    neighbours.push_back(std::move(*address));
  }
  std::unique_ptr<Broker> broker(new Broker(context, std::move(*zap), std::move(*router), config,
                                            std::move(*broken), std::move(neighbours), clock,
                                            random));
  if (auto admitted = broker->reload(house); !admitted) return admitted.error();
  if (auto bound = broker->router_.bind(config.listen); !bound) return bound.error();
  return broker;
}

Broker::Broker(net::Context& context, net::Zap zap, net::Socket router, const Config& config,
               net::BrokenHandshakes broken, std::vector<net::Address> neighbours,
               const Clock& clock, Random& random)
    : clock_(clock),
      context_(context),
      zap_(std::move(zap)),
      router_(std::move(router)),
      broken_(std::move(broken)),
      addresses_(std::move(neighbours)),
      dialled_(addresses_.size()),
      core_(options_of(config, addresses_, clock, random), random, *this) {}

Status Broker::reload(const House& house) {
  std::vector<std::string> names;
  for (const auto& rule : house.rules) names.push_back(rule.principal);
  auto guests = net::guests_of(house.keys, names);
  if (!guests) return guests.error();
  zap_.admit(kDomain, *guests);
  keys_ = house.keys;
  core_.set_access(clock_.steady_us(), house.rules);
  core_.keep_keys(clock_.steady_us(), *guests);
  return Done{};
}

bool Broker::turn(int stop_fd, int64_t wait_max_ms) {
  const SteadyMicros before = clock_.steady_us();
  const SteadyMicros due_in = std::max<SteadyMicros>(core_.next_due() - before, 0);
  items_.assign(3, {});
  items_[0].socket = &router_;
  items_[1].handle = zap_.handle();
  items_[2].handle = broken_.handle();
  if (stop_fd >= 0) items_.push_back({.socket = nullptr, .fd = stop_fd});
  for (auto& dialled : dialled_) {
    if (dialled.socket) items_.push_back({.socket = &*dialled.socket});
  }
  // Rounded up: a timer that is not due yet when we wake would make the loop spin.
  const auto wait_ms = std::min((std::min(due_in, wait_max_ms * 1000) + 999) / 1000, wait_max_ms);
  net::poll(items_.data(), items_.size(), wait_ms);
  if ((items_[1].readable || items_[2].readable) && !answer_door()) return false;
  const SteadyMicros now = clock_.steady_us();
  core_.wake(now);
  tell_refusals(now);
  if (items_[0].readable) take_frames(now);
  for (size_t i = 0; i < dialled_.size(); ++i) take_frames_of(i, now);
  core_.tick(now);
  return true;
}

bool Broker::answer_door() {
  const bool sound = zap_.answer();
  core_.count_handshakes(zap_.admitted(), zap_.refused(), broken_.count());
  return sound;
}

// Whoever knocks by a wrong key knocks again and again: the first is told, the others are summed
// up.
void Broker::tell_refusals(SteadyMicros now) {
  if (now < tell_again_at_) return;
  const auto refusals = zap_.take_refusals();
  if (refusals.empty()) return;
  tell_again_at_ = now + kTellAgainMicros;
  note("handshake_refused", "", refusals);
}

void Broker::take_frames(SteadyMicros now) {
  net::Message message;
  bool more = false;
  for (int taken = 0; taken < kFramesPerTurn; ++taken) {
    if (!router_.receive_from(from_, message, more)) return;
    if (is_own_id(from_)) {
      core_.receive(now, peer_of(from_), message, more);
    } else {
      note("peer_refused", message.user_id(), "it chose a routing id of its own");
    }
  }
}

// A frame may end the link it came on, and its socket with it.
void Broker::take_frames_of(size_t neighbour, SteadyMicros now) {
  auto& dialled = dialled_[neighbour];
  net::Message message;
  bool more = false;
  for (int taken = 0; taken < kFramesPerTurn && dialled.socket; ++taken) {
    if (!dialled.socket->receive(message, more)) return;
    core_.receive(now, dialled.as, message, more);
  }
}

void Broker::dial(uint32_t neighbour, PeerId as) {
  dialled_[neighbour] = {as, std::nullopt};
  const auto& address = addresses_[neighbour];
  net::SocketOptions options;
  options.keys = keys_.own;
  options.server_key = keys_.public_keys[address.principal];
  options.linger_ms = kLingerMs;
  auto socket = net::Socket::open(context_, net::SocketType::dealer, options);
  const auto connected = socket ? socket->connect(address.endpoint) : Status(socket.error());
  // It stays without a socket until the core gives the attempt up and dials again.
  if (!connected) return note("cannot_dial", address.endpoint, connected.error().detail);
  dialled_[neighbour].socket = std::move(*socket);
}

void Broker::hang_up(uint32_t neighbour) {
  dialled_[neighbour].socket.reset();
}

net::Sent Broker::send(PeerId peer, net::Message& message) {
  if (is_dialled(peer)) {
    auto& dialled = dialled_[peer & 0xFF];
    if (dialled.as != peer || !dialled.socket) return net::Sent::full;
    return dialled.socket->send(message);
  }
  const auto id = id_of(peer);
  return router_.send_to({id.data(), id.size()}, message);
}

std::string Broker::principal_of(PeerId, const net::Message& message) {
  return message.user_id();
}

// Peers that come and go as fast as they can must not fill the disk with lines.
void Broker::note(std::string_view what, std::string_view principal, std::string_view detail) {
  const SteadyMicros now = clock_.steady_us();
  const double seconds = static_cast<double>(now - logged_at_) / 1e6;
  log_lines_ = std::min(kLogLinesMax, log_lines_ + seconds * kLogLinesPerSecond);
  logged_at_ = now;
  if (log_lines_ < 1) return;
  log_lines_ -= 1;
  const bool usual = what == "peer_joined" || what == "peer_left";
  log(usual ? LogLevel::info : LogLevel::warning, what,
      {{"principal", principal}, {"detail", detail}});
}

void Broker::keep(const Span& span, SteadyMicros began, SteadyMicros ended) {
  Span timed = span;
  timed.start_ns = unix_nanos(began);
  timed.end_ns = timed.start_ns + (ended - began) * 1000;
  record(std::move(timed));
}

Result<std::string> Broker::trace(std::string_view question) {
  return answer_trace(question);
}

std::string Broker::process_metrics() {
  return bilten::metrics_text();
}

namespace {

// Ends with DRAIN to all, what is in flight answered, DISCONNECT.
bool stop_in_order(Broker& broker, const Config& config, const Clock& clock) {
  broker.drain();
  const SteadyMicros until = clock.steady_us() + SteadyMicros{config.drain_ms} * 1000;
  while (!broker.is_drained() && clock.steady_us() < until) {
    if (!broker.turn(-1, kDrainTurnMs)) return false;
  }
  broker.farewell();
  return true;
}

void reload(Broker& broker, const Config& config, const MeshSettings& mesh) {
  const auto house = load_house(mesh.keys, config.access);
  const Status done = house ? broker.reload(*house) : Status(house.error());
  if (done) return log_info("access_reloaded");
  log_error("access_not_reloaded", {{"detail", done.error().detail}});
}

int fail(const Error& error, int exit_code) {
  log_error("cannot_start", {{"reason", error.reason}, {"detail", error.detail}});
  return exit_code;
}

}  // namespace

int run_broker(const Config& config, const MeshSettings& mesh, Process& process) {
  const auto house = load_house(mesh.keys, config.access);
  if (!house) return fail(house.error(), kExitConfig);
  const SystemClock clock;
  crypto::SystemRandom random;
  net::Context context;
  auto broker = Broker::open(context, config, *house, clock, random);
  if (!broker) return fail(broker.error(), kExitTryAgain);
  process.ready("listening on " + (*broker)->endpoint());
  bool sound = true;
  while (sound && !process.stopping()) {
    sound = (*broker)->turn(process.stop_fd(), kTurnMaxMs);
    if (process.reload_wanted()) reload(**broker, config, mesh);
    process.alive();
  }
  if (sound) sound = stop_in_order(**broker, config, clock);
  if (sound) return kExitOk;
  return fail({Code::unavailable, "zap_broken", "the ZAP handler broke"}, kExitTryAgain);
}

}  // namespace bilten::broker
