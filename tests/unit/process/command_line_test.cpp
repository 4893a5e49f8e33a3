// Flags and verbs.
#include "common/process/command_line.h"

#include <catch2/catch.hpp>

namespace bilten {
namespace {

Program sample() {
  Program program;
  program.name = "bilten-sample";
  program.summary = "Shows.";
  program.examples = "bilten-sample --check-config";
  program.verbs = {{"verify", "[--deep]", "Reads everything again.",
                    [](Process&, const std::vector<std::string>&) { return 0; }}};
  return program;
}

std::string refusal(const std::vector<std::string>& words) {
  const auto program = sample();
  const auto line = parse_command_line(program, words);
  return line ? "none" : line.error().detail;
}

Asked asked(const std::vector<std::string>& words) {
  const auto program = sample();
  const auto line = parse_command_line(program, words);
  REQUIRE(line);
  return line->asked;
}

}  // namespace

TEST_CASE("no words mean the program's own work", "[process]") {
  CHECK(asked({}) == Asked::run);
}

TEST_CASE("each flag asks for its own thing", "[process]") {
  CHECK(asked({"--help"}) == Asked::help);
  CHECK(asked({"-h"}) == Asked::help);
  CHECK(asked({"--version"}) == Asked::version);
  CHECK(asked({"--describe"}) == Asked::describe);
  CHECK(asked({"--config", "x", "--check-config"}) == Asked::check_config);
  CHECK(asked({"--print-config", "--set", "a.b=c"}) == Asked::print_config);
}

TEST_CASE("flags with values stand in one word or two, and --set many times", "[process]") {
  const auto program = sample();
  const auto line =
      parse_command_line(program, {"--set=a.b=c=d", "--config", "/x", "--set", "e.f=--help"});
  REQUIRE(line);
  CHECK(line->asked == Asked::run);
  CHECK(line->config == "/x");
  CHECK(line->set == std::vector<std::string>{"a.b=c=d", "e.f=--help"});
}

TEST_CASE("words behind a verb are the verb's own", "[process]") {
  const auto program = sample();
  const auto line =
      parse_command_line(program, {"--config=/x", "verify", "--deep", "--set", "--version"});
  REQUIRE(line);
  CHECK(line->asked == Asked::verb);
  CHECK(line->verb == &program.verbs[0]);
  CHECK(line->arguments == std::vector<std::string>{"--deep", "--set", "--version"});
}

TEST_CASE("--help behind a verb is that verb's help", "[process]") {
  const auto program = sample();
  const auto line = parse_command_line(program, {"verify", "--help"});
  REQUIRE(line);
  CHECK(line->asked == Asked::help);
  CHECK(help_text(program, program.settings, line->verb) ==
        "Usage: bilten-sample [FLAGS] verify [--deep]\nReads everything again.\n");
}

TEST_CASE("an unknown word is refused with the likely one", "[process]") {
  CHECK(refusal({"--confg", "x"}) == "unknown word \"--confg\"; did you mean \"--config\"?");
  CHECK(refusal({"verfy"}) == "unknown word \"verfy\"; did you mean \"verify\"?");
  CHECK(refusal({""}) == "unknown word \"\"");
  CHECK(refusal({"--config"}) == "--config needs a value behind it");
  CHECK(refusal({"--set"}) == "--set needs a value behind it");
}

TEST_CASE("help names every flag, verb, example and setting", "[process]") {
  const auto program = sample();
  MeshSettings mesh;
  Settings settings;
  settings.section("mesh", mesh);
  const auto text = help_text(program, settings, nullptr);
  for (const char* part :
       {"bilten-sample", "Shows.", "--config FILE", "--set", "--check-config", "--print-config",
        "--describe", "--version", "--help", "verify [--deep]", "  bilten-sample --check-config\n",
        "mesh.heartbeat_ms = 1000", "How often idle links say that they live.", "Exit codes"}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

}  // namespace bilten
