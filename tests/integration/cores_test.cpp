// No process leaves a core: it would hold the secrets that the process held.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

TEST_CASE("a process that aborts writes no core", "[integration]") {
  Platform platform;
  const auto processes = json::parse(read_file(platform.data() + "/run.json"))["processes"];
  REQUIRE(processes.size() >= 6);
  for (const auto& [name, pid] : processes.items()) {
    INFO(name);
    std::istringstream limits(read_file("/proc/" + std::to_string(pid.get<pid_t>()) + "/limits"));
    std::string line;
    while (std::getline(limits, line) && !line.starts_with("Max core file size")) {
    }
    std::istringstream words(line.substr(std::min<size_t>(line.size(), 18)));
    std::string soft, hard;
    words >> soft >> hard;
    CHECK(soft == "0");
    // Under a sanitizer it is its runtime that keeps cores away, by the soft limit alone.
    if (!is_sanitized()) CHECK(hard == "0");
  }
  const auto before = platform.pid("ticket");
  platform.kill("ticket", SIGABRT);
  CHECK(wait_until([&] { return platform.pid("ticket") != before; }));
  CHECK(platform.log().find("killed by signal 6") != std::string::npos);
  CHECK(wait_until([&] { return platform.is_ready(); }));
  CHECK(platform.stop() == 0);
  const auto is_core = [](const std::filesystem::path& path) {
    const auto name = path.filename().string();
    return name == "core" || name.starts_with("core.");
  };
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::current_path())) {
    CHECK_FALSE(is_core(file.path()));
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(platform.data())) {
    CHECK_FALSE(is_core(file.path()));
  }
}
