// biltenctl bench: requests and their answers through the broker, as fast as they come.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>

#include "broker/ctl/json.h"
#include "broker/ctl/seeing.h"
#include "common/crypto/crypto.h"

namespace bilten::ctl {
namespace {

constexpr size_t kTimesMax = 4'000'000;  // Kept for the quantiles; later ones are counted only.
constexpr uint32_t kCallBudgetMs = 10'000;

// Answers echo.echo with what it got.
class Echo {
 public:
  static Result<std::unique_ptr<Echo>> open(const MeshSettings& settings, uint32_t credit) {
    auto keys = net::load_keys(settings.keys, "probe");
    if (!keys) return keys.error();
    std::unique_ptr<Echo> echo(new Echo);
    net::MeshOptions options;
    options.brokers = settings.brokers;
    options.keys = std::move(*keys);
    auto& claim = options.services.emplace_back();
    claim.service = "echo";
    claim.version = kVersion;
    claim.credit = credit;
    net::Mesh::Handlers handlers;
    handlers.on_requests = [mine = echo.get()](const std::vector<net::Incoming>& requests) {
      std::vector<net::Mesh::Reply> replies;
      replies.reserve(requests.size());
      for (const auto& request : requests) {
        replies.push_back({request.link, request.generation, request.header.id,
                           net::reply_frame(request.header.id, request.body)});
      }
      mine->mesh_->reply(std::move(replies));
    };
    echo->mesh_ = std::make_unique<net::Mesh>(echo->context_, std::move(options),
                                              std::move(handlers), echo->clock_, echo->random_);
    if (auto started = echo->mesh_->start(); !started) return started.error();
    return echo;
  }
  // Not reset(), which forgets first: answers are given until the link is gone.
  ~Echo() {
    delete mesh_.get();
    static_cast<void>(mesh_.release());
  }

 private:
  Echo() = default;
  SystemClock clock_;
  crypto::SystemRandom random_;
  net::Context context_;
  std::unique_ptr<net::Mesh> mesh_;
};

// A window of calls: each answer makes room for the next.
class Load {
 public:
  Load(net::Mesh& mesh, net::Call call, uint32_t window)
      : mesh_(mesh), call_(std::move(call)), room_(window), window_(window) {}

  void run(const Process& process, double seconds) {
    began_ = clock_.steady_us();
    const auto until = began_ + static_cast<SteadyMicros>(seconds * 1e6);
    while (clock_.steady_us() < until && !process.stopping()) {
      {
        std::unique_lock lock(mutex_);
        freed_.wait(lock, [this] { return room_ > 0; });
        --room_;
      }
      const auto sent_at = clock_.steady_us();
      mesh_.call(call_, [this, sent_at](const net::Answer& answer) { take(answer, sent_at); });
    }
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [this] { return room_ == window_; });
    took_ = clock_.steady_us() - began_;
    std::ranges::sort(times_);
  }

  double per_s() const { return static_cast<double>(answered_) * 1e6 / static_cast<double>(took_); }
  SteadyMicros quantile(double share) const {
    if (times_.empty()) return 0;
    return times_[static_cast<size_t>(share * static_cast<double>(times_.size() - 1))];
  }
  uint64_t answered() const { return answered_; }
  uint64_t failed() const { return failed_; }
  const Error& last_error() const { return last_error_; }

 private:
  void take(const net::Answer& answer, SteadyMicros sent_at) {
    {
      const std::lock_guard lock(mutex_);
      ++room_;
      if (answer.code == Code::ok) {
        ++answered_;
        if (times_.size() < kTimesMax) times_.push_back(clock_.steady_us() - sent_at);
      } else {
        ++failed_;
        last_error_ = answer.error;
      }
    }
    freed_.notify_one();
  }

  SystemClock clock_;
  net::Mesh& mesh_;
  const net::Call call_;
  std::mutex mutex_;
  std::condition_variable freed_;
  uint32_t room_;
  const uint32_t window_;
  SteadyMicros began_ = 0, took_ = 1;
  std::vector<SteadyMicros> times_;
  uint64_t answered_ = 0, failed_ = 0;
  Error last_error_;
};

Result<net::Call> call_of(const BenchOptions& options) {
  net::Call call;
  call.budget_ms = kCallBudgetMs;
  call.idempotent = true;
  call.name = options.name.empty() ? "echo.echo" : options.name;
  call.body = std::string(options.bytes, 'x');
  if (options.name.empty()) return call;
  auto body = pack_json(options.json, Schema{});
  if (!body) return body.error();
  call.body = std::move(*body);
  return call;
}

void print_figures(const Session& session, const net::Call& call, const BenchOptions& options,
                   const Load& load) {
  if (session.as_json) {
    return print_json({{"name", call.name},
                       {"window", options.window},
                       {"bytes", call.body.size()},
                       {"answered", load.answered()},
                       {"failed", load.failed()},
                       {"per_s", load.per_s()},
                       {"p50_us", load.quantile(0.5)},
                       {"p99_us", load.quantile(0.99)}});
  }
  std::printf("%s: window %u, %zu bytes: %.0f a second, p50 %lld us, p99 %lld us, %llu failed\n",
              call.name.c_str(), options.window, call.body.size(), load.per_s(),
              static_cast<long long>(load.quantile(0.5)),
              static_cast<long long>(load.quantile(0.99)),
              static_cast<unsigned long long>(load.failed()));
}

}  // namespace

int bench(const Session& session, Process& process, const BenchOptions& options) {
  auto call = call_of(options);
  if (!call) return report(session, call.error());
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  std::unique_ptr<Echo> echo;
  if (options.name.empty()) {
    auto opened = Echo::open(session.mesh, options.window);
    if (!opened) return report(session, opened.error());
    echo = std::move(*opened);
  }
  // The first waits for the links, and is not measured.
  const auto first = (*link)->mesh().call_and_wait(*call);
  if (first.code != Code::ok) return report(session, first.error);
  Load load((*link)->mesh(), *call, options.window);
  load.run(process, options.seconds);
  print_figures(session, *call, options, load);
  return load.answered() > 0 ? kExitOk : report(session, load.last_error());
}

}  // namespace bilten::ctl
