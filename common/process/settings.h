// Settings of a program from their three sources, with every fault named by file, line and key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/process/program.h"
#include "common/process/toml.h"

namespace bilten {

// One bilten.toml serves every program of a machine. Each program reads its own sections, leaves
// the others' alone, and refuses a section that no program knows.
bool is_known_section(std::string_view name);

// The word of `known` that was probably meant, as "; did you mean \"x\"?", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

// `given` over the defaults: a MessagePack map with each key of the schema that has a value, in the
// schema's order. An unknown key is added to `faults`.
std::string merged(const Schema& schema, std::string_view defaults,
                   const std::vector<toml_file::Entry>& given, std::vector<std::string>& faults);
// Why a value was refused, as a line that names where it was given; `otherwise` where it was not.
std::string fault_line(const FieldError& error, const std::string& otherwise,
                       const std::vector<toml_file::Entry>& given);

// Assigns the structs of `settings`. `file` (its parsed text) and then `assignments`
// ("section.key=value", from --set) go over the defaults. Text is taken as it stands; for other
// kinds of value the right side is TOML, and a list of texts may be given as words between commas.
// Answers the effective values, a MessagePack map for each section, in the order of `settings`.
Result<std::vector<std::string>> load_settings(const Settings& settings,
                                               const std::vector<toml_file::Section>& file,
                                               const std::vector<std::string>& assignments);

// "whole number, 100 to 30000", "list of 1 to 5: text of 1 to 200 characters"
std::string describe_value(const Schema& schema);

// The sections as TOML with documentation and limits as comments; `values` as of load_settings.
// What has no value, and a secret, stands as a comment.
std::string settings_toml(const Settings& settings, const std::vector<std::string>& values);

}  // namespace bilten
