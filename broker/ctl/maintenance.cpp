#include "broker/ctl/maintenance.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

namespace bilten::ctl {
namespace {

// How a daemon's verb ended, and, where it was asked for, what it printed.
struct Ended {
  int code = kExitTryAgain;
  std::string why, out;
};

// Where a store's record is found damaged outside of a walk over all of them, the process that
// reads it aborts.
Ended ended_as(int status) {
  if (WIFEXITED(status)) {
    return {WEXITSTATUS(status), "ended with status " + std::to_string(WEXITSTATUS(status)), {}};
  }
  const int number = WTERMSIG(status);
  return {number == SIGABRT ? kExitDamaged : kExitTryAgain,
          "ended by signal " + std::to_string(number) + "; its lines say why",
          {}};
}

std::string read_to_end(int fd) {
  std::string all;
  char buffer[4096];
  for (;;) {
    const auto got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(buffer, static_cast<size_t>(got));
  }
}

Ended run_one(const std::vector<std::string>& command, bool captures) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  int pipe[2] = {-1, -1};
  if (captures && ::pipe2(pipe, O_CLOEXEC) != 0) return {kExitTryAgain, "no pipe", {}};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (captures) ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  pid_t pid = -1;
  std::fflush(stdout);
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (captures) ::close(pipe[1]);
  const auto out = captures && error == 0 ? read_to_end(pipe[0]) : std::string();
  if (captures) ::close(pipe[0]);
  if (error != 0) {
    const auto why = "cannot run: " + std::generic_category().message(error);
    std::fprintf(stderr, "biltenctl: %s: %s\n", argv[0], why.c_str());
    return {kExitTryAgain, why, {}};
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  auto ended = ended_as(status);
  ended.out = out;
  return ended;
}

int worse(int a, int b) {
  return a == kExitDamaged || b == kExitDamaged ? kExitDamaged : std::max(a, b);
}

// The object that the verb printed, or what there is to say where it printed none.
nlohmann::json json_of_ended(const std::string& service, const Ended& ended) {
  auto told = nlohmann::json::parse(ended.out, nullptr, false);
  if (!told.is_object()) told = {{"ok", false}, {"code", "ended"}, {"detail", ended.why}};
  told["service"] = service;
  return told;
}

}  // namespace

const std::vector<std::string>& stateful_services() {
  static const std::vector<std::string> names = {"user", "event", "ticket", "payment"};
  return names;
}

int run_verb(const Session& session, const std::vector<std::string>& services,
             const std::string& verb, std::vector<std::string> arguments, bool folder_per_service) {
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  int worst = kExitOk;
  auto list = nlohmann::json::array();
  if (verb == "backup") {
    std::error_code exists;  // The verb says what is wrong with a folder that cannot be made.
    std::filesystem::create_directories(arguments.back(), exists);
  }
  for (const auto& service : services.empty() ? stateful_services() : services) {
    std::vector<std::string> command{(here / ("bilten-" + service)).string()};
    if (!session.config.empty()) {
      command.push_back("--config");
      command.push_back(session.config);
    }
    command.push_back(verb);
    command.insert(command.end(), arguments.begin(), arguments.end());
    if (folder_per_service) command.back() += "/" + service;
    if (session.as_json) {
      command.insert(command.end(), {"-o", "json"});
    } else {
      std::printf("%s: ", service.c_str());
    }
    const auto ended = run_one(command, session.as_json);
    worst = worse(worst, ended.code);
    if (session.as_json) list.push_back(json_of_ended(service, ended));
  }
  if (session.as_json) print_json(list);
  return worst;
}

}  // namespace bilten::ctl
