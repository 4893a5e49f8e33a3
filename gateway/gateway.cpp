#include "gateway/gateway.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <mutex>

#include "common/crypto/crypto.h"
#include "common/process/log.h"
#include "common/process/mesh_metrics.h"
#include "common/process/self_service.h"
#include "common/process/trace_call.h"
#include "gateway/front.h"
#include "gateway/metrics_page.h"
#include "gateway/server.h"
#include "gateway/stream.h"

namespace bilten::gateway {
namespace {

const std::string kName = "gateway";
constexpr uint32_t kPollMs = 500;
constexpr int kAliveMs = 1'000;
constexpr uint32_t kFilesBeyondThreads = 1'500;  // Accepted and waiting, the mesh, the rest.

// run() has raised the descriptor limit as far as it may go; says so where that is too little.
void check_file_limit(uint32_t threads) {
  rlimit limit{};
  const rlim_t wanted = rlim_t{threads} + kFilesBeyondThreads;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
    log_warning("few_descriptors", {{"limit", static_cast<uint64_t>(limit.rlim_cur)},
                                    {"wanted", static_cast<uint64_t>(wanted)}});
  }
}

// A thread that an answer wakes shall not push off the one that works on another: they would change
// places at each request (docs/decisions/0082). Threads made from here on inherit it.
void let_threads_finish() {
  const sched_param parameters{};
  const int error = pthread_setschedparam(pthread_self(), SCHED_BATCH, &parameters);
  if (error != 0) log_warning("scheduling_stays", {{"errno", error}});
}

// What all services publish, or one.
std::vector<std::string> topics_of(const std::vector<AccessRule>& rules,
                                   std::string_view service = {}) {
  std::vector<std::string> topics;
  for (const auto& rule : rules) {
    const bool is_meant =
        service.empty() || std::ranges::find(rule.serve, service) != rule.serve.end();
    if (is_meant) topics.insert(topics.end(), rule.publish.begin(), rule.publish.end());
  }
  return topics;
}

ServerOptions server_options(const Config& config) {
  ServerOptions options;
  options.listen = config.listen;
  options.threads = config.threads;
  options.reading.head_ms = config.head_ms;
  options.reading.body_ms = config.body_ms;
  options.reading.body_bytes_per_s = config.body_bytes_per_s;
  options.keep_alive_ms = config.keep_alive_ms;
  options.first_byte_ms = config.stall_ms;
  return options;
}

int fail(const Error& error, int code) {
  log_error("cannot_start", {{"reason", error.reason}, {"detail", error.detail}});
  return code;
}

// The listener's figures, as they stand when someone asks.
struct Figures {
  Counter connections = counter("http_connections_taken_total", "Connections taken.");
  Counter refused =
      counter("http_requests_refused_total", "Requests refused as malformed or too slow.");
  Gauge in_flight = gauge("http_requests_in_flight", "Requests being answered.");
  Gauge streams = gauge("http_streams_open", "Live streams.");

  void take(const Server::Counts& counts) {
    connections.raise_to(static_cast<double>(counts.connections));
    refused.raise_to(static_cast<double>(counts.refused));
    in_flight.set(counts.in_flight);
    streams.set(counts.streams);
  }
};

// What a request needs, alive as long as the listener.
class Gateway {
 public:
  Gateway(const Config& config, const std::vector<AccessRule>& rules, net::MeshOptions mesh)
      : config_(config),
        brokers_(static_cast<uint32_t>(mesh.brokers.size())),
        contracts_(call(), rules),
        streams_({.readers_max = config.threads / 4}, contracts_, call(), hear(rules), clock_),
        front_({config.body_bytes_max,
                config.cors_origins,
                config.shared_reads,
                {config.shared_fresh_ms, config.shared_kept_s}},
               contracts_, call(), state(), clock_),
        server_(
            server_options(config), [this](Request& request) { return front_.answer(request); },
            clock_),
        mesh_(context_, std::move(mesh), handlers(), clock_, random_) {}

  int serve(Process& process);

 private:
  CallService call() {
    return [this](net::Call question) { return call_traced(mesh_, std::move(question)); };
  }
  Hear hear(const std::vector<AccessRule>& rules) {
    return [this, all = topics_of(rules), own = topics_of(rules, kUserService)](bool everything) {
      mesh_.hear(everything ? all : own);
    };
  }
  net::Mesh::Handlers handlers();
  Front::State state();
  bool is_ready() const { return mesh_.connected() && contracts_.ready() && !stopping_; }

  const Config& config_;
  const uint32_t brokers_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  std::atomic<bool> stopping_{false};
  Figures figures_;
  std::mutex mesh_metrics_mutex_;
  MeshMetrics mesh_metrics_;  // Guarded by it.
  net::Context context_;
  Contracts contracts_;
  Streams streams_;
  Front front_;
  Server server_;
  // Last, so that it goes first: its thread speaks to the streams. serve() has stopped its callers.
  net::Mesh mesh_;
};

net::Mesh::Handlers Gateway::handlers() {
  net::Mesh::Handlers handlers;
  handlers.on_publications = [this](std::vector<net::Publication> publications) {
    streams_.on_publications(std::move(publications));
  };
  handlers.on_requests = [this](const std::vector<net::Incoming>& requests) {
    std::vector<net::Mesh::Reply> replies;
    replies.reserve(requests.size());
    for (const auto& request : requests) replies.push_back(self_reply(kName, request));
    mesh_.reply(std::move(replies));
  };
  handlers.on_notice = [](const net::LinkNotice& notice) {
    log_info("mesh_link",
             {{"broker", notice.broker}, {"code", word(notice.code)}, {"detail", notice.detail}});
  };
  return handlers;
}

Front::State Gateway::state() {
  return {.ready = [this] { return is_ready(); },
          .metrics =
              [this] {
                figures_.take(server_.counts());
                const std::lock_guard lock(mesh_metrics_mutex_);
                mesh_metrics_.show(mesh_.counts());
                return gather_metrics(call(), {brokers_, mesh_.instance()}, clock_);
              },
          .stream = [this](Request& request,
                           const Trace& trace) { return streams_.open(request, trace); }};
}

int Gateway::serve(Process& process) {
  if (const auto status = mesh_.start(); !status) return fail(status.error(), kExitConfig);
  if (const auto status = server_.start(); !status) return fail(status.error(), kExitTryAgain);
  contracts_.start(kPollMs);
  streams_.start();
  log_info("listening", {{"address", config_.listen}, {"threads", config_.threads}});
  process.ready("listening on " + config_.listen);
  while (!process.stopping()) {
    process.alive();
    pollfd stop{process.stop_fd(), POLLIN, 0};
    ::poll(&stop, 1, kAliveMs);
  }
  stopping_ = true;
  process.status("draining");
  server_.stop(config_.drain_ms);
  streams_.stop();
  contracts_.stop();
  return kExitOk;
}

}  // namespace

int run_gateway(const Config& config, const MeshSettings& mesh, Process& process) {
  const auto rules = load_access(config.access);
  if (!rules) return fail(rules.error(), kExitConfig);
  auto keys = net::load_keys(mesh.keys, kName);
  if (!keys) return fail(keys.error(), kExitConfig);
  check_file_limit(config.threads);
  let_threads_finish();
  net::MeshOptions options;
  options.brokers = mesh.brokers;
  options.events_subscribe = mesh.events_subscribe;
  options.keys = std::move(*keys);
  options.topics = topics_of(*rules, kUserService);
  options.services = {self_claim(kName)};
  options.build = kVersion;
  options.heartbeat_ms = mesh.heartbeat_ms;
  Gateway gateway(config, *rules, std::move(options));
  return gateway.serve(process);
}

}  // namespace bilten::gateway
