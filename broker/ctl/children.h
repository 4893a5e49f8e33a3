// Child processes of `biltenctl up`: started, told ready by sd_notify's own protocol
// (sd_notify(3)), restarted with back-off, stopped in reverse order. One thread, one poll loop.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten::ctl {

struct ChildSpec {
  std::string name;                  // "ticket"
  std::vector<std::string> command;  // Program and arguments.
};

class Children {
 public:
  // `folder` takes the notify sockets; `clock` paces back-off.
  Children(std::string folder, const Clock& clock);
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  Status start(const ChildSpec& spec);
  // Handles what has happened and waits for more, at most `timeout_ms` or until `stop_fd` is
  // readable: readiness, deaths, due restarts.
  void step(int stop_fd, int64_t timeout_ms);
  bool all_ready() const;
  // The first child that ended before it was ever ready, and how; empty: none.
  std::string failed() const;
  // SIGTERM to each in reverse order of start, waiting for each; SIGKILL after `grace_ms`.
  void stop(int64_t grace_ms);
  // To one child, if it has said that it is ready.
  void signal(const std::string& name, int number) const;
  std::vector<std::pair<std::string, pid_t>> pids() const;
  // Told of each start, readiness and death, for people.
  std::function<void(const std::string& name, const std::string& what)> on_change;

 private:
  struct Child {
    ChildSpec spec;
    pid_t pid = -1;
    int notify_fd = -1;
    bool ready = false, ever_ready = false;
    int failures = 0;  // In a row, for the back-off.
    SteadyMicros started_at = 0;
    SteadyMicros restart_at = 0;  // When pid is -1.
    std::string fault;
  };
  void launch(Child& child);
  void hear(Child& child);
  void reap();
  void tell(const Child& child, const std::string& what) const;

  std::string folder_;
  const Clock& clock_;
  std::vector<Child> children_;
};

}  // namespace bilten::ctl
