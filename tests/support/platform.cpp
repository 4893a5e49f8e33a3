#include "tests/support/platform.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "common/http/client.h"

namespace bilten::test {
namespace {

namespace files = std::filesystem;
using Clock = std::chrono::steady_clock;

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

pid_t start_program(const std::vector<std::string>& command, const std::string& log,
                    const std::vector<std::string>& more) {
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
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  INFO("cannot run " << command.front());
  REQUIRE(error == 0);
  return pid;
}

int end_program(pid_t pid, int signal) {
  ::kill(pid, signal);
  int status = 0;
  const bool ended = wait_until([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, 30);
  if (!ended) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

double time_scale() {
  const char* scale = std::getenv("BILTEN_TEST_SCALE");
  return scale ? std::max(1.0, std::atof(scale)) : 1.0;
}

bool wait_until(const std::function<bool()>& condition, double seconds) {
  const auto end = Clock::now() + std::chrono::duration<double>(seconds * time_scale());
  while (Clock::now() < end) {
    if (condition()) return true;
    ::poll(nullptr, 0, 5);
  }
  return condition();
}

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

void let_pass(double seconds) {
  for (const auto began = Clock::now(); seconds_since(began) < seconds;) ::poll(nullptr, 0, 5);
}

std::vector<std::string> set_arguments(const std::vector<std::string>& settings) {
  std::vector<std::string> arguments;
  for (const auto& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  return arguments;
}

Folder::Folder() {
  std::string name = (files::temp_directory_path() / "bilten-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  if (!std::getenv("BILTEN_KEEP")) files::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
  const auto file = path_ + "/" + name;
  std::ofstream(file) << text;
  return file;
}

std::string binary(const std::string& name) {
  if (const char* folder = std::getenv("BILTEN_BIN")) return std::string(folder) + "/" + name;
  return (files::read_symlink("/proc/self/exe").parent_path() / ".." / "bin" / name).string();
}

Finished run_program(const std::vector<std::string>& command,
                     const std::vector<std::string>& environment) {
  Folder folder;
  const auto path = folder.path() + "/out";
  const pid_t pid = start_program(command, path, environment);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_file(path)};
}

Platform::Platform(Options options) : options_(std::move(options)) {
  start();
}

void Platform::start() {
  files::create_directories(data());
  files::remove(data() + "/run.json");
  std::vector<std::string> command{binary("biltenctl"),
                                   "up",
                                   "--port",
                                   "0",
                                   "--mesh-port",
                                   std::to_string(options_.mesh_port),
                                   "--data",
                                   data(),
                                   "--access",
                                   options_.access,
                                   "--with-probe"};
  if (options_.demo) command.push_back("--demo");
  if (!options_.only.empty()) command.insert(command.end(), {"--only", options_.only});
  command.insert(command.end(), options_.extra.begin(), options_.extra.end());
  up_ = start_program(command, folder_.path() + "/log", options_.environment);
  const bool up = wait_until([&] { return files::exists(data() + "/run.json"); }, 30);
  INFO(this->log());
  REQUIRE(up);
  if (!options_.only.empty() && options_.only.find("gateway") == std::string::npos) return;
  url_ = nlohmann::json::parse(read_file(data() + "/run.json"))["url"];
  REQUIRE(wait_until([&] { return is_ready(); }, 20));
}

Platform::~Platform() {
  if (up_ > 0) stop();
}

int Platform::stop() {
  return end_program(std::exchange(up_, -1), SIGINT);
}

pid_t pid_in(const std::string& data, const std::string& process) {
  const auto run = nlohmann::json::parse(read_file(data + "/run.json"));
  return run["processes"][process].get<pid_t>();
}

bool serves_all(const std::string& url) {
  http::Client client;
  auto ready = client.send({.url = url + "/readyz", .timeout_ms = 1000});
  if (!ready || ready->status != 200) return false;
  // One of each service; no such order is an answer, too.
  for (const char* path : {"/v1/events?limit=1", "/.well-known/jwks.json",
                           "/v1/orders/00000000-0000-0000-0000-000000000000?secret=none"}) {
    auto answer = client.send({.url = url + path, .timeout_ms = 3000});
    if (!answer || answer->status >= 500) return false;
  }
  return true;
}

std::string settled_journals(const Platform& platform) {
  std::string text;
  const auto is_level = [&] {
    text = platform.ctl({"-o", "json", "journal", "stats"}).out;
    const auto list = nlohmann::json::parse(text, nullptr, false);
    std::map<std::string, int64_t> heads;
    for (const auto& told : list) heads[told["service"]] = told.value("public_seq", int64_t{-1});
    for (const auto& told : list) {
      for (const auto& [owner, seq] : told["cursors"].items()) {
        if (heads[owner] != seq) return false;
      }
    }
    return heads.size() == 4;
  };
  CHECK(wait_until(is_level));
  return text;
}

void Platform::kill(const std::string& process, int signal) const {
  ::kill(pid(process), signal);
}

void Platform::reload() const {
  ::kill(up_, SIGHUP);
}

void Platform::crash(const std::string& process) const {
  replace(process, SIGKILL);
}

void Platform::restart(const std::string& process) const {
  replace(process, SIGTERM);
}

void Platform::replace(const std::string& process, int signal) const {
  const pid_t before = pid(process);
  ::kill(before, signal);
  REQUIRE(wait_until([&] {
    const pid_t now = pid(process);
    return now > 0 && now != before;
  }));
}

Finished Platform::ctl(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command{binary("biltenctl"), "--config", config()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command);
}

std::string Platform::setting(const std::string& key) const {
  std::ifstream in(config());
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key + " = ")) continue;
    const auto first = line.find('"') + 1;
    return line.substr(first, line.find('"', first) - first);
  }
  FAIL("no setting " << key);
  return {};
}

std::string Platform::log() const {
  return read_file(folder_.path() + "/log");
}

}  // namespace bilten::test
