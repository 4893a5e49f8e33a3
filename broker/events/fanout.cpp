#include "broker/events/fanout.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/process/log.h"

namespace bilten::events {
namespace {

constexpr int kMessagesPerTurn = 256;
constexpr int64_t kTurnMaxMs = 500;  // How soon SIGHUP is seen at rest.
constexpr SteadyMicros kReportMicros = 1'000'000;
constexpr size_t kTopicMax = 200;
constexpr int kBindTries = 400;
constexpr int64_t kBindRetryMs = 5;

// One ZAP domain for each door.
constexpr const char* kPublishers = "pub";
constexpr const char* kReaders = "sub";
constexpr const char* kOperators = "ops";

Result<net::Socket> listen(net::Context& context, net::SocketType type, const Config& config,
                           const net::KeyRing& keys, const char* domain) {
  net::SocketOptions options;
  options.keys = keys.own;
  options.zap_domain = domain;
  options.send_high_water = options.receive_high_water = static_cast<int>(config.high_water);
  return net::Socket::open(context, type, options);
}

bool lost_some(const net::Guests& before, const net::Guests& now) {
  return std::ranges::any_of(before, [&](const auto& guest) { return !now.contains(guest.first); });
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
  std::unique_ptr<Fanout> fanout(
      new Fanout(std::move(*zap), std::move(*in), std::move(*out), std::move(*operations)));
  if (auto done = fanout->reload(keys, rules); !done) return done.error();
  if (auto bound = fanout->out_.bind(config.listen_subscribe); !bound) return bound.error();
  if (auto bound = fanout->operations_.bind(config.listen_operations); !bound) {
    return bound.error();
  }
  fanout->out_endpoint_ = fanout->out_.endpoint();
  fanout->operations_endpoint_ = fanout->operations_.endpoint();
  if (auto bound = fanout->in_.bind(config.listen_publish); !bound) return bound.error();
  // Operators choose among these few at their own socket: nothing of theirs travels upstream.
  for (const char* topic : {"ops.", "metric.", "log."}) {
    if (auto done = fanout->in_.subscribe(topic); !done) return done.error();
  }
  return fanout;
}

Fanout::Fanout(net::Zap zap, net::Socket in, net::Socket out, net::Socket operations)
    : zap_(std::move(zap)),
      in_(std::move(in)),
      out_(std::move(out)),
      operations_(std::move(operations)) {}

Status Fanout::reload(const net::KeyRing& keys, const std::vector<AccessRule>& rules) {
  std::vector<std::string> publishers, readers, operators;
  for (const auto& rule : rules) {
    if (!rule.publish.empty()) publishers.push_back(rule.principal);
    if (rule.hears(Stream::facts)) readers.push_back(rule.principal);
    if (rule.hears(Stream::operations)) operators.push_back(rule.principal);
  }
  auto may_publish = net::guests_of(keys, publishers);
  auto may_hear = net::guests_of(keys, readers);
  auto may_operate = net::guests_of(keys, operators);
  if (!may_publish) return may_publish.error();
  if (!may_hear) return may_hear.error();
  if (!may_operate) return may_operate.error();
  zap_.admit(kPublishers, *may_publish);
  zap_.admit(kReaders, *may_hear);
  zap_.admit(kOperators, *may_operate);
  gate_.set_access(rules);
  publishers_ = std::move(*may_publish);
  const bool part_readers = lost_some(std::exchange(readers_, *may_hear), *may_hear);
  const bool part_operators = lost_some(std::exchange(operators_, *may_operate), *may_operate);
  if (part_readers) {
    if (auto done = turn_out(out_, out_endpoint_); !done) return done;
  }
  return part_operators ? turn_out(operations_, operations_endpoint_) : Status(Done{});
}

Status Fanout::turn_out(net::Socket& door, const std::string& endpoint) {
  door.unbind(endpoint);
  // libzmq's thread gives the port back a moment later.
  for (int tries = 0;; ++tries) {
    auto bound = door.bind(endpoint);
    if (bound || tries == kBindTries) return bound;
    net::poll(nullptr, 0, kBindRetryMs);
  }
}

bool Fanout::turn(int stop_fd, int64_t wait_max_ms) {
  std::array<net::PollItem, 5> items{};
  items[0].socket = &in_;
  items[1].socket = &out_;
  items[2].socket = &operations_;
  items[3].handle = zap_.handle();
  items[4].fd = stop_fd;
  net::poll(items.data(), stop_fd >= 0 ? 5 : 4, wait_max_ms);
  if (items[3].readable && !zap_.answer()) return false;
  if (items[1].readable) pass_subscriptions();
  if (items[2].readable) drop_operators_words();
  if (items[0].readable) pass_publications();
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
    if (more || word.empty() || word.size() > kTopicMax + 1) continue;
    if (word[0] == '\0' || word[0] == '\1') in_.send(message);
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
  while (!process.stopping()) {
    if (!(*fanout)->turn(process.stop_fd(), kTurnMaxMs)) {
      return fail({Code::unavailable, "zap_broken", "the ZAP handler broke"}, kExitTryAgain);
    }
    (*fanout)->report(clock.steady_us());
    if (process.reload_wanted()) reload(**fanout, config, mesh);
    process.alive();
  }
  return kExitOk;
}

}  // namespace bilten::events
