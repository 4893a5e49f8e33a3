// Signals by signalfd, readiness and watchdog by sd_notify, limits by prctl and setrlimit.
#include "common/process/system_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/base/check.h"
#include "common/process/log.h"

#if defined(__has_feature)
#define BILTEN_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BILTEN_SANITIZED 1
#else
#define BILTEN_SANITIZED 0
#endif

namespace bilten {
namespace {

constexpr rlim_t kDescriptors = 65536;

int signal_descriptor(std::initializer_list<int> numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (int number : numbers) sigaddset(&set, number);
  CHECK_INVARIANT(::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  const int descriptor = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  CHECK_INVARIANT(descriptor >= 0);
  return descriptor;
}

bool is_readable(int descriptor, int timeout_ms) {
  struct pollfd poll_for {
    descriptor, POLLIN, 0
  };
  return ::poll(&poll_for, 1, timeout_ms) > 0;
}

// A status is one line of the notification.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

SystemProcess::SystemProcess(const Clock& clock) : clock_(clock) {
  // The signals are never read from stop_fd_, so it stays readable once one has come.
  stop_fd_ = signal_descriptor({SIGTERM, SIGINT});
  reload_fd_ = signal_descriptor({SIGHUP});
  ::signal(SIGPIPE, SIG_IGN);
  uint64_t watchdog_us = 0;
  if (::sd_watchdog_enabled(0, &watchdog_us) > 0) {
    watchdog_us_ = static_cast<SteadyMicros>(watchdog_us);
  }
}

SystemProcess::~SystemProcess() {
  ::close(stop_fd_);
  ::close(reload_fd_);
}

bool SystemProcess::stopping() const {
  if (stop_told_.load(std::memory_order_relaxed)) return true;
  if (!is_readable(stop_fd_, 0)) return false;
  if (!stop_told_.exchange(true)) {
    ::sd_notify(0, "STOPPING=1\nSTATUS=Stopping.");
    if (has_served()) log_info("stopping");
  }
  return true;
}

void SystemProcess::wait_for_stop() {
  while (!stopping()) is_readable(stop_fd_, -1);
}

bool SystemProcess::reload_wanted() {
  struct signalfd_siginfo taken;
  bool wanted = false;
  while (::read(reload_fd_, &taken, sizeof taken) == sizeof taken) wanted = true;
  return wanted;
}

void SystemProcess::ready(const std::string& status) {
  served_.store(true, std::memory_order_relaxed);
  ::sd_notify(0, ("READY=1\nSTATUS=" + one_line(status)).c_str());
  log_info("ready", {{"status", status}});
}

void SystemProcess::status(const std::string& status) {
  ::sd_notify(0, ("STATUS=" + one_line(status)).c_str());
}

void SystemProcess::alive() {
  if (watchdog_us_ == 0) return;
  // Callers say it at every turn of their loop; systemd need not hear it more often than this.
  const auto now = clock_.steady_us();
  auto last = last_alive_us_.load(std::memory_order_relaxed);
  if (last != 0 && now - last < watchdog_us_ / 4) return;
  if (last_alive_us_.compare_exchange_strong(last, now)) ::sd_notify(0, "WATCHDOG=1");
}

void settle_limits() {
#if !BILTEN_SANITIZED
  // The second alone is enough; the first also binds programs that are started from here.
  const struct rlimit none {};
  ::setrlimit(RLIMIT_CORE, &none);
  CHECK_INVARIANT(::prctl(PR_SET_DUMPABLE, 0) == 0);
#endif
  struct rlimit descriptors {};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
  const auto wanted = std::min(descriptors.rlim_max, kDescriptors);
  if (descriptors.rlim_cur >= wanted) return;
  descriptors.rlim_cur = wanted;
  if (::setrlimit(RLIMIT_NOFILE, &descriptors) != 0) {
    log_warning("descriptor_limit_stays", {{"errno", errno}});
  }
}

}  // namespace bilten
