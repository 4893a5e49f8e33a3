#include "tests/support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

namespace bilten::test {

pid_t spawn_program(const std::vector<std::string>& command, const std::vector<std::string>& more,
                    int log_fd) {
  std::vector<std::string> environment = more;
  for (char** entry = environ; *entry; ++entry) environment.emplace_back(*entry);
  std::vector<char*> argv, envp;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  for (const auto& entry : environment) envp.push_back(const_cast<char*>(entry.c_str()));
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, log_fd, 1);
  posix_spawn_file_actions_adddup2(&actions, log_fd, 2);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  INFO("cannot run " << command.front());
  REQUIRE(error == 0);
  return pid;
}

int stop_program(pid_t pid, int signal) {
  ::kill(pid, signal);
  int status = 0;
  const bool ended = wait_until([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, 30);
  if (!ended) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

RunningProgram::RunningProgram(const std::vector<std::string>& command,
                               const std::vector<std::string>& environment) {
  const auto path = folder_.path() + "/out";
  const int log = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  pid_ = spawn_program(command, environment, log);
  ::close(log);
}

RunningProgram::~RunningProgram() {
  if (pid_ > 0) stop_program(pid_, SIGKILL);
}

int RunningProgram::stop() {
  const int status = stop_program(pid_, SIGTERM);
  pid_ = -1;
  return status;
}

std::string RunningProgram::out() const {
  std::ifstream in(folder_.path() + "/out");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace bilten::test
