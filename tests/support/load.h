// Workers and callers whose pace a test knows: what an overload, a frozen worker or a refusal costs
// shows in the callers' outcomes.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/probe.h"

namespace bilten::test {

struct WorkerPlan {
  std::string service = "probe";
  uint32_t credit = 64;
  double per_second = 0;  // Requests it answers; 0: as they come.
  bool answers = true;    // Else it keeps them.
};

// Answers each request with an empty map.
class Worker {
 public:
  Worker(const Platform& platform, const WorkerPlan& plan);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  void serve(const WorkerPlan& plan);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<net::Incoming> waiting_;
  bool stop_ = false;
  std::unique_ptr<Probe> probe_;
  std::thread thread_;
};

// The same in a process of its own, to be stopped or killed. It forks: to be made before this
// process has threads.
class WorkerProcess {
 public:
  WorkerProcess(const Platform& platform, const WorkerPlan& plan);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  void kill(int signal) const;

 private:
  pid_t pid_ = -1;
};

// How a call ended, and after how long.
struct Outcome {
  Code code = Code::ok;
  double seconds = 0;
  uint32_t retry_after_ms = 0;
};

// Calls one after the other at a steady rate, whatever comes back, until finished.
class SteadyCalls {
 public:
  SteadyCalls(Probe& probe, net::Call call, double per_second);
  ~SteadyCalls() { finish(); }
  SteadyCalls(const SteadyCalls&) = delete;
  SteadyCalls& operator=(const SteadyCalls&) = delete;
  // Outcomes since the last time.
  std::vector<Outcome> take();
  // Ends, once each call has; what has not been taken.
  std::vector<Outcome> finish();

 private:
  void run(net::Call call, double per_second);

  Probe& probe_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  size_t under_way_ = 0;
  std::vector<Outcome> outcomes_;
  std::thread thread_;
};

// Seconds within which that share of the calls that ended with `code` did; 0 where none did.
double within(const std::vector<Outcome>& outcomes, double share, Code code = Code::ok);
size_t count_of(const std::vector<Outcome>& outcomes, Code code);
// "ok 380, no_capacity 20", for messages.
std::string codes_of(const std::vector<Outcome>& outcomes);

}  // namespace bilten::test
