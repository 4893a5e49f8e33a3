#include "broker/ctl/children.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <system_error>

namespace bilten::ctl {
namespace {

// A child that lived this long has recovered: its next failure starts the back-off anew.
constexpr SteadyMicros kSettledUs = 10'000'000;

// kill -9 is somebody else's doing: who was ready until then did not fail.
bool was_killed(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

SteadyMicros backoff_us(int failures) {
  static constexpr SteadyMicros kSteps[] = {0,         100'000,   250'000,  500'000,
                                            1'000'000, 2'000'000, 5'000'000};
  return kSteps[static_cast<size_t>(
      std::clamp(failures, 0, static_cast<int>(std::size(kSteps)) - 1))];
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

// What exec needs, put together before the fork: between fork and exec a process with threads may
// not allocate.
struct Image {
  std::vector<std::string> words, environment;
  std::vector<char*> argv, envp;

  Image(const std::vector<std::string>& command, const std::string& notify) : words(command) {
    for (char** entry = environ; *entry; ++entry) {
      const std::string_view text(*entry);
      if (!text.starts_with("NOTIFY_SOCKET=") && !text.starts_with("WATCHDOG_USEC=")) {
        environment.emplace_back(text);
      }
    }
    environment.push_back("NOTIFY_SOCKET=" + notify);
    for (auto& word : words) argv.push_back(word.data());
    for (auto& entry : environment) envp.push_back(entry.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
  }
};

[[noreturn]] void become(const Image& image, pid_t parent) {
  // Ctrl-C reaches the supervisor alone, which stops its children in order; should it be killed,
  // they are told to stop.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(75);
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::execve(image.argv[0], image.argv.data(), image.envp.data());
  static constexpr char kWords[] = "up: cannot run the program; build it first\n";
  if (::write(2, kWords, sizeof kWords - 1) < 0) ::_exit(74);
  ::_exit(75);
}

}  // namespace

Children::Children(std::string folder, const Clock& clock)
    : folder_(std::move(folder)), clock_(clock) {}

Children::~Children() {
  stop(5000);
  for (auto& child : children_) {
    ::close(child.notify_fd);
    ::unlink((folder_ + "/" + child.spec.name + ".notify").c_str());
  }
}

void Children::tell(const Child& child, const std::string& what) const {
  if (on_change) on_change(child.spec.name, what);
}

Status Children::start(const ChildSpec& spec) {
  Child child;
  child.spec = spec;
  const std::string path = folder_ + "/" + spec.name + ".notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Error{Code::invalid, "path_too_long",
                 path + ": choose a data folder with a shorter path"};
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  ::unlink(path.c_str());
  child.notify_fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (child.notify_fd < 0 ||
      ::bind(child.notify_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return Error{Code::unavailable, "notify_socket",
                 path + ": " + std::generic_category().message(errno)};
  }
  launch(children_.emplace_back(std::move(child)));
  return Done{};
}

void Children::launch(Child& child) {
  const pid_t parent = ::getpid();
  const Image image(child.spec.command, folder_ + "/" + child.spec.name + ".notify");
  child.pid = ::fork();
  if (child.pid == 0) become(image, parent);
  child.started_at = clock_.steady_us();
  child.ready = false;
  if (child.pid < 0) child.restart_at = child.started_at + 1'000'000;
}

void Children::hear(Child& child) {
  char text[4096];
  for (;;) {
    const auto bytes = ::recv(child.notify_fd, text, sizeof text, 0);
    if (bytes <= 0) return;
    const std::string_view message(text, static_cast<size_t>(bytes));
    const bool says_ready =
        message.starts_with("READY=1") || message.find("\nREADY=1") != std::string_view::npos;
    if (!says_ready || child.ready) continue;
    child.ready = child.ever_ready = true;
    tell(child, "ready");
  }
}

void Children::reap() {
  for (auto& child : children_) {
    int status = 0;
    if (child.pid <= 0 || ::waitpid(child.pid, &status, WNOHANG) != child.pid) continue;
    const auto now = clock_.steady_us();
    if (now - child.started_at > kSettledUs) {
      child.failures = 0;
    } else if (!child.ready || !was_killed(status)) {
      ++child.failures;
    }
    child.pid = -1;
    child.ready = false;
    child.restart_at = now + backoff_us(child.failures - (child.ever_ready ? 1 : 0));
    child.fault = describe_end(status);
    tell(child, child.fault);
  }
}

void Children::step(int stop_fd, int64_t timeout_ms) {
  reap();
  const auto now = clock_.steady_us();
  int64_t wait_ms = std::min<int64_t>(timeout_ms, 50);  // Deaths are noticed within 50 ms.
  for (auto& child : children_) {
    if (child.pid > 0) continue;
    if (now >= child.restart_at) {
      launch(child);
      tell(child, "started again");
    } else {
      wait_ms = std::min(wait_ms, (child.restart_at - now) / 1000 + 1);
    }
  }
  std::vector<pollfd> polled{{stop_fd, POLLIN, 0}};
  for (const auto& child : children_) polled.push_back({child.notify_fd, POLLIN, 0});
  if (::poll(polled.data(), polled.size(), static_cast<int>(wait_ms)) <= 0) return;
  for (size_t i = 0; i < children_.size(); ++i) {
    if (polled[i + 1].revents & POLLIN) hear(children_[i]);
  }
}

bool Children::all_ready() const {
  return std::all_of(children_.begin(), children_.end(), [](const auto& c) { return c.ready; });
}

std::string Children::failed() const {
  for (const auto& child : children_) {
    if (!child.ever_ready && child.failures >= 3) return child.spec.name + " " + child.fault;
  }
  return {};
}

void Children::stop(int64_t grace_ms) {
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
    if (child->pid <= 0) continue;
    ::kill(child->pid, SIGTERM);
    const auto give_up = clock_.steady_us() + grace_ms * 1000;
    int status = 0;
    while (::waitpid(child->pid, &status, WNOHANG) == 0) {
      if (clock_.steady_us() > give_up) ::kill(child->pid, SIGKILL);
      ::poll(nullptr, 0, 5);
    }
    child->pid = -1;
    child->restart_at = INT64_MAX;
    tell(*child, WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "stopped" : describe_end(status));
  }
}

void Children::signal(const std::string& name, int number) const {
  for (const auto& child : children_) {
    if (child.spec.name == name && child.pid > 0 && child.ready) ::kill(child.pid, number);
  }
}

std::vector<std::pair<std::string, pid_t>> Children::pids() const {
  std::vector<std::pair<std::string, pid_t>> out;
  for (const auto& child : children_) out.emplace_back(child.spec.name, child.pid);
  return out;
}

}  // namespace bilten::ctl
