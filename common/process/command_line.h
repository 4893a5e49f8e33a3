// What a program was asked to do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/process/program.h"

namespace bilten {

enum class Asked : uint8_t { run, verb, help, version, describe, check_config, print_config };

struct CommandLine {
  Asked asked = Asked::run;
  std::optional<std::string> config;  // --config FILE; nothing: the usual place, where it exists.
  std::vector<std::string> set;       // --set section.key=value
  const Verb* verb = nullptr;         // With Asked::verb; with Asked::help, the one asked about.
  std::vector<std::string> arguments;
};

// Refusals (Code::invalid, reason "usage") say what is wrong with which word. Flags stand before
// the verb; the words after it are the verb's, except `--help` right behind it.
Result<CommandLine> parse_command_line(const Program& program,
                                       const std::vector<std::string>& words);

std::string help_text(const Program& program, const Settings& settings, const Verb* verb);
std::string describe_text(const Program& program, const Settings& settings);

}  // namespace bilten
