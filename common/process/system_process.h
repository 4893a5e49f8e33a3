// The running process: signals, systemd, limits.
#pragma once

#include <atomic>
#include <string>

#include "common/base/clock.h"
#include "common/process/program.h"

namespace bilten {

// Blocks SIGTERM, SIGINT and SIGHUP for the whole process and takes them by descriptors, so it must
// be made before the first thread. Ignores SIGPIPE: writes fail instead. One a process.
class SystemProcess final : public Process {
 public:
  explicit SystemProcess(const Clock& clock);
  SystemProcess(const SystemProcess&) = delete;
  SystemProcess& operator=(const SystemProcess&) = delete;
  ~SystemProcess() override;

  int stop_fd() const override { return stop_fd_; }
  bool stopping() const override;
  void wait_for_stop() override;
  bool reload_wanted() override;
  void ready(const std::string& status) override;
  void status(const std::string& status) override;
  void alive() override;

  // It was ready once: a process that serves, whose end is worth a line, and not a tool.
  bool has_served() const { return served_.load(std::memory_order_relaxed); }

 private:
  const Clock& clock_;
  int stop_fd_ = -1;
  int reload_fd_ = -1;
  SteadyMicros watchdog_us_ = 0;  // How often systemd wants to hear; 0: never.
  std::atomic<SteadyMicros> last_alive_us_{0};
  std::atomic<bool> served_{false};
  mutable std::atomic<bool> stop_told_{false};
};

// No core dumps and no debugger of the same user, as memory holds personal data (not in sanitizer
// builds: their leak check is such a debugger); as many descriptors as the machine allows, up to
// 65536.
void settle_limits();

}  // namespace bilten
