// Merges, checks and assigns settings.
#include "common/process/settings.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

namespace bilten {
namespace {

using toml_file::Entry;

// Every program's own section, and those that several share.
constexpr std::array<std::string_view, 12> kKnownSections = {
    "mesh",    "log",  "trace", "store",  "broker",  "events",
    "gateway", "user", "event", "ticket", "payment", "stripe"};

// Levenshtein's, over bytes: names are ASCII.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string repacked(const Value& value) {
  Raw raw;
  Faults none;
  Wire<Raw>::read(value, {}, raw, Path{}, none);
  return raw.messagepack;
}

std::vector<std::string> names_of_keys(const Schema& schema) {
  std::vector<std::string> names;
  for (const auto& property : schema.properties) names.push_back(property.name);
  return names;
}

const Property* find_property(const Schema& schema, std::string_view name) {
  const auto found = std::find_if(schema.properties.begin(), schema.properties.end(),
                                  [&](const Property& property) { return property.name == name; });
  return found == schema.properties.end() ? nullptr : &*found;
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

bool is_text(const Schema& schema) {
  return schema.type == Type::string || schema.type == Type::choice;
}

// The right side of --set, by the kind of its setting.
Result<std::string> packed_word(const Schema& schema, std::string_view word) {
  Packer packer;
  if (is_text(schema)) return packer.text(word).take();
  const bool is_words = schema.type == Type::list && is_text(schema.item.at(0));
  if (!is_words || word.starts_with('[')) return toml_file::parse_value(word);
  const auto commas = static_cast<size_t>(std::count(word.begin(), word.end(), ','));
  packer.array(word.empty() ? 0 : commas + 1);
  while (!word.empty()) {
    const auto end = std::min(word.find(','), word.size());
    packer.text(word.substr(0, end));
    if (end + 1 == word.size()) packer.text("");
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return packer.take();
}

// What was given for each section, and where.
class Gathered {
 public:
  Gathered(const Settings& settings, std::vector<std::string>& faults)
      : settings_(settings), faults_(faults) {
    for (const auto& section : settings.sections()) own_.push_back(section.name);
  }

  void add_file(const std::vector<toml_file::Section>& file) {
    for (const auto& section : file) {
      if (find(section.name) != nullptr) {
        auto& given = given_[section.name];
        given.insert(given.end(), section.entries.begin(), section.entries.end());
      } else if (section.name.empty()) {
        if (!section.entries.empty()) {
          faults_.push_back(section.entries.front().where + ": " +
                            in_quotes(section.entries.front().key) +
                            " stands above every section; put it under a [section]");
        }
      } else if (!is_known_section(section.name)) {
        faults_.push_back(section.where + ": " + unknown_section(section.name));
      }
    }
  }

  void add_assignment(const std::string& assignment) {
    const std::string where = "--set " + assignment;
    const auto equals = assignment.find('=');
    const auto dot = assignment.rfind('.', equals);
    if (equals == std::string::npos || dot == std::string::npos) {
      faults_.push_back(where + ": must be section.key=value");
      return;
    }
    const auto name = assignment.substr(0, dot);
    const auto key = assignment.substr(dot + 1, equals - dot - 1);
    const auto* const section = find(name);
    if (section == nullptr) {
      if (!is_known_section(name)) faults_.push_back(where + ": " + unknown_section(name));
      return;
    }
    const auto* const property = find_property(section->schema, key);
    const auto text = std::string_view(assignment).substr(equals + 1);
    auto packed =
        property ? packed_word(property->schema, text) : Result<std::string>(std::string());
    if (!packed) {
      faults_.push_back(where + ": " + packed.error().detail);
      return;
    }
    given_[name].push_back({key, std::move(*packed), where});
  }

  const std::vector<Entry>& of(const std::string& section) { return given_[section]; }

 private:
  const Settings::Section* find(std::string_view name) const {
    for (const auto& section : settings_.sections()) {
      if (section.name == name) return &section;
    }
    return nullptr;
  }

  std::string unknown_section(const std::string& name) const {
    auto known = own_;
    known.insert(known.end(), kKnownSections.begin(), kKnownSections.end());
    return "unknown section [" + name + "]" + did_you_mean(name, known);
  }

  const Settings& settings_;
  std::vector<std::string>& faults_;
  std::vector<std::string> own_;
  std::map<std::string, std::vector<Entry>> given_;
};

}  // namespace

bool is_known_section(std::string_view name) {
  return std::find(kKnownSections.begin(), kKnownSections.end(), name) != kKnownSections.end();
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto nearest = std::min_element(known.begin(), known.end(), [&](auto& a, auto& b) {
    return distance(word, a) < distance(word, b);
  });
  // Half the word wrong is another word.
  if (nearest == known.end() || distance(word, *nearest) * 2 > nearest->size()) return "";
  return "; did you mean " + in_quotes(*nearest) + "?";
}

std::string merged(const Schema& schema, std::string_view defaults, const std::vector<Entry>& given,
                   std::vector<std::string>& faults) {
  const auto document = Document::parse(defaults);
  std::map<std::string, std::string> values;
  for (const auto& property : schema.properties) {
    if (!document) break;
    const auto value = document->root().find(property.name);
    if (value) values[property.name] = repacked(*value);
  }
  for (const auto& entry : given) {
    if (find_property(schema, entry.key) != nullptr) {
      values[entry.key] = entry.packed;
    } else {
      faults.push_back(entry.where + ": unknown key " + in_quotes(entry.key) +
                       did_you_mean(entry.key, names_of_keys(schema)));
    }
  }
  Packer packer;
  packer.map(values.size());
  for (const auto& property : schema.properties) {
    const auto value = values.find(property.name);
    if (value != values.end()) packer.text(property.name).raw(value->second);
  }
  return packer.take();
}

std::string fault_line(const FieldError& error, const std::string& otherwise,
                       const std::vector<Entry>& given) {
  // "/brokers/0" -> key "brokers"; keys hold neither of JSON pointer's escapes.
  const auto pointer =
      std::string_view(error.pointer).substr(std::min<size_t>(1, error.pointer.size()));
  const auto slash = std::min(pointer.find('/'), pointer.size());
  const auto key = pointer.substr(0, slash);
  std::string where = otherwise;
  for (const auto& entry : given) {
    if (entry.key == key) where = entry.where;  // The last one given counts.
  }
  std::string line = where + ": " + in_quotes(key);
  if (slash < pointer.size()) line.append(", item ").append(pointer.substr(slash + 1)).append(",");
  return line + " " + error.message;
}

Result<std::vector<std::string>> load_settings(const Settings& settings,
                                               const std::vector<toml_file::Section>& file,
                                               const std::vector<std::string>& assignments) {
  std::vector<std::string> faults;
  Gathered gathered(settings, faults);
  gathered.add_file(file);
  for (const auto& assignment : assignments) gathered.add_assignment(assignment);

  std::vector<std::string> values;
  for (const auto& section : settings.sections()) {
    const auto& given = gathered.of(section.name);
    values.push_back(merged(section.schema, section.defaults, given, faults));
    const auto assigned = section.assign(values.back());
    if (assigned) continue;
    if (assigned.error().fields.empty()) {
      faults.push_back("[" + section.name + "]: " + assigned.error().detail);
    }
    for (const auto& field : assigned.error().fields) {
      faults.push_back(fault_line(field, "[" + section.name + "]", given));
    }
  }
  if (!faults.empty()) return toml_file::refusal(faults);
  return values;
}

}  // namespace bilten
