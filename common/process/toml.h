// TOML as sections of MessagePack values, each with the line it stands on; the library stays inside
// toml.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/wire/codec.h"

namespace bilten::toml_file {

struct Entry {
  std::string key;
  std::string packed;  // MessagePack of the value.
  std::string where;   // "/etc/bilten/bilten.toml:12", for messages.
};

// `[principal.ticket]` is the section "principal.ticket"; keys above the first header are of the
// section "". Sections without keys are listed too.
struct Section {
  std::string name;
  std::string where;
  std::vector<Entry> entries;
};

// In the order of the text. `source` names the text in messages. Dates and times are refused: no
// setting is one.
Result<std::vector<Section>> parse(std::string_view text, std::string_view source);
// The file's text, refused beyond 1 MiB, then parsed.
Result<std::vector<Section>> read(const std::string& path);

// One value as it would stand behind "key = ", to MessagePack and back. An integer above INT64_MAX
// and nil have no TOML form; no setting holds them.
Result<std::string> parse_value(std::string_view text);
std::string text_of(const Value& value);

// All faults of a file in one refusal, a line each: Code::invalid, reason "configuration".
Error refusal(const std::vector<std::string>& lines);

}  // namespace bilten::toml_file
