#include "tests/unit/store/stores.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bilten::test {

namespace {

[[noreturn]] void live(const std::function<void()>& body, int errors) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(errors, STDERR_FILENO);
  // Otherwise Catch would report this process's end as the test's.
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGTERM}) signal(number, SIG_DFL);
  try {
    body();
  } catch (...) {
    _exit(99);
  }
  _exit(0);
}

void close_end(int& end) {
  if (end >= 0) close(end);
  end = -1;
}

}  // namespace

Child::Child(const std::function<void()>& body) {
  int errors[2];
  REQUIRE(pipe2(errors, O_CLOEXEC) == 0);
  process_ = fork();
  REQUIRE(process_ >= 0);
  if (process_ == 0) live(body, errors[1]);
  close(errors[1]);
  errors_ = errors[0];
}

Child::~Child() {
  if (process_ < 0) return;
  kill();
  wait();
}

void Child::kill() {
  ::kill(process_, SIGKILL);
}

Child::Ended Child::wait() {
  Ended ended;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(errors_, buffer, sizeof buffer)) > 0;) {
    ended.stderr_text.append(buffer, static_cast<size_t>(got));
  }
  close_end(errors_);
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  ended.by_signal = WIFSIGNALED(status);
  ended.code = ended.by_signal ? WTERMSIG(status) : WEXITSTATUS(status);
  return ended;
}

Pipe::Pipe() {
  REQUIRE(pipe2(ends_, O_CLOEXEC) == 0);
}

Pipe::~Pipe() {
  close_sender();
  close_receiver();
}

bool Pipe::send(const void* bytes, size_t count) {
  return write(ends_[1], bytes, count) == static_cast<ssize_t>(count);
}

bool Pipe::receive(void* into, size_t count) {
  return read(ends_[0], into, count) == static_cast<ssize_t>(count);
}

void Pipe::close_sender() {
  close_end(ends_[1]);
}
void Pipe::close_receiver() {
  close_end(ends_[0]);
}

}  // namespace bilten::test
