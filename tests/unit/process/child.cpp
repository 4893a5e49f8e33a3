// Child processes of tests, their output and their end.
#include "tests/unit/process/child.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace bilten::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);
using Steady = std::chrono::steady_clock;

bool drain(int& descriptor, std::string& into) {
  char buffer[4096];
  const auto got = ::read(descriptor, buffer, sizeof buffer);
  if (got <= 0) {
    ::close(descriptor);
    descriptor = -1;
    return false;
  }
  into.append(buffer, static_cast<size_t>(got));
  return true;
}

}  // namespace

Child::Child(const std::function<int()>& work) {
  int out[2];
  int err[2];
  if (::pipe(out) != 0 || ::pipe(err) != 0) throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    for (int descriptor : {out[0], out[1], err[0], err[1]}) ::close(descriptor);
    const int code = work();
    std::fflush(nullptr);
    ::_exit(code);
  }
  ::close(out[1]);
  ::close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (out_fd_ >= 0) ::close(out_fd_);
  if (err_fd_ >= 0) ::close(err_fd_);
}

void Child::signal(int number) const {
  ::kill(pid_, number);
}

// False: nothing more will come, or not in time.
bool Child::read_some(int timeout_ms) {
  struct pollfd wanted[2] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
  if (out_fd_ < 0 && err_fd_ < 0) return false;
  if (::poll(wanted, 2, timeout_ms) <= 0) return false;
  if (wanted[0].revents != 0) drain(out_fd_, out_);
  if (wanted[1].revents != 0) drain(err_fd_, err_);
  return true;
}

bool Child::wait_for(const std::string& text) {
  const auto deadline = Steady::now() + kPatience;
  while (out_.find(text) == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()).count();
    if (left <= 0 || !read_some(static_cast<int>(left))) return false;
  }
  return true;
}

int Child::finish() {
  const auto deadline = Steady::now() + kPatience;
  while (Steady::now() < deadline && read_some(1000)) {
  }
  if (out_fd_ >= 0 || err_fd_ >= 0) return -1;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Outcome run_to_end(const Program& program, const std::vector<std::string>& words) {
  Child child([&] {
    std::vector<std::string> all = {program.name};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (auto& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    return run(program, static_cast<int>(all.size()), argv.data());
  });
  const int code = child.finish();
  return {code, child.out(), child.err()};
}

}  // namespace bilten::test
