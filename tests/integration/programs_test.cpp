// What every program answers without a mesh: who it is, how it is used, whether its settings are
// right.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

struct Binary {
  std::string name, section;  // One that is its own.
};

const std::vector<Binary> kBinaries = {{"bilten-broker", "broker"},   {"bilten-event", "event"},
                                       {"bilten-events", "events"},   {"bilten-gateway", "gateway"},
                                       {"bilten-payment", "payment"}, {"bilten-ticket", "ticket"},
                                       {"bilten-user", "user"},       {"biltenctl", "mesh"}};

bool says(const Finished& finished, const std::string& words) {
  return finished.out.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("the table of programs below is complete", "[integration]") {
  const auto folder = std::filesystem::path(binary("biltenctl")).parent_path();
  std::vector<std::string> built, listed;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    built.push_back(entry.path().filename());
  }
  std::sort(built.begin(), built.end());
  for (const auto& each : kBinaries) listed.push_back(each.name);
  CHECK(built == listed);
}

TEST_CASE("every program answers --version, --help, --check-config and --print-config",
          "[integration]") {
  const Folder folder;
  const auto right = folder.write("right.toml", "[mesh]\nheartbeat_ms = 250\n");
  for (const auto& [name, section] : kBinaries) {
    const auto ask = [&, name = name](std::vector<std::string> words) {
      words.insert(words.begin(), binary(name));
      auto finished = run_program(words);
      CAPTURE(words, finished.out);
      CHECK(finished.status == 0);
      return finished;
    };
    CAPTURE(name);
    CHECK(ask({"--version"}).out == name + " 0.1.0\n");
    const auto help = ask({"--help"});
    CHECK(says(help, "Usage: "));
    CHECK(says(help, "Examples"));
    CHECK(says(help, name));
    CHECK(says(help, "78"));
    CHECK(ask({"--config", right, "--check-config"}).out == name + ": the settings are right\n");
    const auto printed = ask({"--config", right, "--print-config"});
    CHECK(says(printed, "[" + section + "]\n"));
    CHECK(says(printed, "heartbeat_ms = 250"));
    // What was printed reads back.
    const auto again = folder.write("again.toml", printed.out);
    CHECK(ask({"--config", again, "--print-config"}).out == printed.out);
  }
}

TEST_CASE("every program ends with 78 at a key that it does not know, and says where it is",
          "[integration]") {
  const Folder folder;
  for (const auto& [name, section] : kBinaries) {
    const auto file =
        folder.write(name + ".toml", "# Line 1.\n[" + section + "]\nfrobnicate_ms = 1\n");
    // biltenctl takes its settings for a look when it is told what to do.
    std::vector<std::vector<std::string>> asked = {{"--check-config"}, {"--print-config"}};
    asked.push_back(name == "biltenctl" ? std::vector<std::string>{"status"}
                                        : std::vector<std::string>{});
    for (auto words : asked) {
      words.insert(words.begin(), {binary(name), "--config", file});
      const auto finished = run_program(words);
      CAPTURE(words, finished.out);
      CHECK(finished.status == 78);
      CHECK(says(finished, name + ": " + file + ":3: unknown key \"frobnicate_ms\""));
    }
  }
}
