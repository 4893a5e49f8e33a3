// Flags, verbs and their help.
#include "common/process/command_line.h"

#include <algorithm>
#include <map>

#include "common/process/settings.h"

namespace bilten {
namespace {

const std::map<std::string, Asked>& modes() {
  static const std::map<std::string, Asked> kModes = {{"--help", Asked::help},
                                                      {"-h", Asked::help},
                                                      {"--version", Asked::version},
                                                      {"--describe", Asked::describe},
                                                      {"--check-config", Asked::check_config},
                                                      {"--print-config", Asked::print_config}};
  return kModes;
}

std::vector<std::string> known_words(const Program& program) {
  std::vector<std::string> words = {"--config", "--set"};
  for (const auto& [flag, mode] : modes()) words.push_back(flag);
  for (const auto& verb : program.verbs) words.push_back(verb.name);
  return words;
}

Error usage(const std::string& detail) {
  return {Code::invalid, "usage", detail};
}

// A flag with a value, as two words or as one with "=".
struct FlagValue {
  std::string flag;
  std::optional<std::string> value;
};
FlagValue split_flag(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == std::string::npos) return {word, std::nullopt};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

const Verb* find_verb(const Program& program, const std::string& name) {
  const auto found = std::find_if(program.verbs.begin(), program.verbs.end(),
                                  [&](const Verb& verb) { return verb.name == name; });
  return found == program.verbs.end() ? nullptr : &*found;
}

std::string padded(std::string text, size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

std::string example_lines(std::string_view examples) {
  std::string out;
  while (!examples.empty()) {
    const auto end = std::min(examples.find('\n'), examples.size());
    out.append("  ").append(examples.substr(0, end)).append("\n");
    examples.remove_prefix(std::min(end + 1, examples.size()));
  }
  return out.empty() ? "" : "\nExamples\n" + out;
}

std::string verb_lines(const Program& program) {
  if (program.verbs.empty()) return "";
  std::string out = "\nVerbs\n";
  for (const auto& verb : program.verbs) {
    out += "  " + padded(verb.name + " " + verb.usage, 40) + verb.help + "\n";
  }
  return out;
}

std::string setting_lines(const Settings& settings) {
  std::string out;
  for (const auto& section : settings.sections()) {
    const auto defaults = Document::parse(section.defaults);
    for (const auto& property : section.schema.properties) {
      const auto value = defaults ? defaults->root().find(property.name) : std::nullopt;
      const bool shown = value && property.schema.limits.format != Format::secret;
      out += "  " + section.name + "." + property.name;
      if (shown) out += " = " + toml_file::text_of(*value);
      out += "\n      " + property.doc + " (" + describe_value(property.schema) + ")\n";
    }
  }
  return out;
}

}  // namespace

Result<CommandLine> parse_command_line(const Program& program,
                                       const std::vector<std::string>& words) {
  CommandLine line;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto mode = modes().find(words[i]);
    if (mode != modes().end()) {
      line.asked = mode->second;
      continue;
    }
    auto [flag, value] = split_flag(words[i]);
    if (flag == "--config" || flag == "--set") {
      if (!value && i + 1 < words.size()) value = words[++i];
      if (!value) return usage(flag + " needs a value behind it");
      if (flag == "--set") {
        line.set.push_back(*value);
      } else {
        line.config = *value;
      }
      continue;
    }
    line.verb = find_verb(program, words[i]);
    if (line.verb == nullptr) {
      return usage("unknown word \"" + words[i] + "\"" +
                   did_you_mean(words[i], known_words(program)));
    }
    line.arguments.assign(words.begin() + static_cast<ptrdiff_t>(i) + 1, words.end());
    const bool help = !line.arguments.empty() && modes().count(line.arguments[0]) != 0 &&
                      modes().at(line.arguments[0]) == Asked::help;
    if (line.asked == Asked::run) line.asked = help ? Asked::help : Asked::verb;
    break;
  }
  return line;
}

std::string help_text(const Program& program, const Settings& settings, const Verb* verb) {
  if (verb != nullptr) {
    return "Usage: " + program.name + " [FLAGS] " + verb->name + " " + verb->usage + "\n" +
           verb->help + "\n";
  }
  return program.name + " " + kVersion + ": " + program.summary + "\n\nUsage: " + program.name +
         " [FLAGS]" + (program.verbs.empty() ? "" : " [VERB ...]") + R"(

Flags
  --config FILE              read settings from FILE (default /etc/bilten/bilten.toml, if there)
  --set SECTION.KEY=VALUE    one setting over the file's; may stand many times
  --check-config             say whether the settings are right, and end
  --print-config             print the settings in force, with what they mean
  --describe                 print what this program is and takes
  --version
  --help                     this text; behind a verb, that verb's
)" + verb_lines(program) +
         example_lines(program.examples) + "\nSettings, with their defaults\n" +
         setting_lines(settings) +
         "\nExit codes: 0 asked to stop, 64 wrong usage, 65 damaged data, 75 try again, 78 wrong "
         "configuration.\n";
}

std::string describe_text(const Program& program, const Settings& settings) {
  return program.name + " " + kVersion + "\n" + program.summary + "\n" + verb_lines(program) +
         "\nSettings\n" + setting_lines(settings);
}

}  // namespace bilten
