#include "broker/ctl/maintenance.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace bilten::ctl {
namespace {

int run_one(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  std::fflush(stdout);
  if (const int error = ::posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ)) {
    std::fprintf(stderr, "biltenctl: cannot run %s: %s\n", argv[0],
                 std::generic_category().message(error).c_str());
    return kExitTryAgain;
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kExitTryAgain;
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
  if (folder_per_service) {
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
      command.push_back("-o");
      command.push_back("json");
    }
    if (!session.as_json) std::printf("%s: ", service.c_str());
    worst = std::max(worst, run_one(command));
  }
  return worst;
}

}  // namespace bilten::ctl
