#include "tests/support/load.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>

namespace bilten::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLateMax = std::chrono::milliseconds(20);

Clock::duration interval(double per_second) {
  if (per_second <= 0) return Clock::duration::zero();
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / per_second));
}

}  // namespace

Worker::Worker(const Platform& platform, const WorkerPlan& plan) {
  Probe::Options options;
  ServiceClaim claim;
  claim.service = plan.service;
  claim.version = "1";
  claim.credit = plan.credit;
  options.services = {claim};
  options.handlers.on_requests = [this](std::vector<net::Incoming> requests) {
    std::lock_guard lock(mutex_);
    for (auto& request : requests) waiting_.push_back(std::move(request));
    changed_.notify_one();
  };
  probe_ = std::make_unique<Probe>(platform, std::move(options));
  thread_ = std::thread([this, plan] { serve(plan); });
}

Worker::~Worker() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Worker::serve(const WorkerPlan& plan) {
  auto free_at = Clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || (plan.answers && !waiting_.empty()); });
    if (stop_) return;
    const auto request = std::move(waiting_.front());
    waiting_.pop_front();
    // What a late wake-up cost is made up for.
    free_at = std::max(free_at, Clock::now() - kLateMax) + interval(plan.per_second);
    if (changed_.wait_until(lock, free_at, [&] { return stop_; })) return;
    lock.unlock();
    probe_->mesh().reply({{request.link, request.generation, request.header.id,
                           net::reply_frame(request.header.id, Packer().map(0).take())}});
    lock.lock();
  }
}

WorkerProcess::WorkerProcess(const Platform& platform, const WorkerPlan& plan) {
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  const Worker worker(platform, plan);
  for (;;) ::pause();
}

WorkerProcess::~WorkerProcess() {
  kill(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void WorkerProcess::kill(int signal) const {
  ::kill(pid_, signal);
}

SteadyCalls::SteadyCalls(Probe& probe, net::Call call, double per_second) : probe_(probe) {
  thread_ = std::thread(
      [this, call = std::move(call), per_second]() mutable { run(std::move(call), per_second); });
}

void SteadyCalls::run(net::Call call, double per_second) {
  auto next = Clock::now();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_until(lock, next, [&] { return stop_; })) {
    next += interval(per_second);
    ++under_way_;
    lock.unlock();
    probe_.mesh().call(call, [this, began = Clock::now()](net::Answer answer) {
      const double took = seconds_since(began);
      std::lock_guard ended(mutex_);
      outcomes_.push_back({answer.code, took, answer.error.retry_after_ms});
      --under_way_;
      changed_.notify_one();
    });
    lock.lock();
  }
  changed_.wait(lock, [&] { return under_way_ == 0; });
}

std::vector<Outcome> SteadyCalls::take() {
  std::lock_guard lock(mutex_);
  return std::exchange(outcomes_, {});
}

std::vector<Outcome> SteadyCalls::finish() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  return take();
}

double within(const std::vector<Outcome>& outcomes, double share, Code code) {
  std::vector<double> seconds;
  for (const auto& outcome : outcomes) {
    if (outcome.code == code) seconds.push_back(outcome.seconds);
  }
  if (seconds.empty()) return 0;
  std::sort(seconds.begin(), seconds.end());
  return seconds[static_cast<size_t>(static_cast<double>(seconds.size() - 1) * share)];
}

size_t count_of(const std::vector<Outcome>& outcomes, Code code) {
  return static_cast<size_t>(std::count_if(outcomes.begin(), outcomes.end(),
                                           [&](const auto& o) { return o.code == code; }));
}

std::string codes_of(const std::vector<Outcome>& outcomes) {
  std::map<std::string_view, int> counts;
  for (const auto& outcome : outcomes) ++counts[word(outcome.code)];
  std::string text;
  for (const auto& [code, count] : counts) {
    text += (text.empty() ? "" : ", ") + std::string(code) + " " + std::to_string(count);
  }
  return text;
}

}  // namespace bilten::test
