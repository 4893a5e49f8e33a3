// Reads conf/access.toml.
#include "common/process/access.h"

#include <algorithm>
#include <map>

#include "common/process/settings.h"
#include "common/process/toml.h"
#include "common/wire/field.h"

namespace bilten {
namespace {

constexpr std::string_view kSectionPrefix = "principal.";
constexpr auto kPatterns = items(0, 100, length(1, 200, Format::line));

// One [principal.<name>]; all but the number may be left out.
struct PrincipalEntry {
  uint32_t number = 0;
  std::vector<std::string> serve, call, publish, routes;
  std::vector<Stream> hear;
  bool operations = false, broker = false;
  uint32_t inflight_max = 0, requests_per_second = 0;
  static constexpr auto fields() {
    return field_list(
        field("number", &PrincipalEntry::number, between(1, UINT32_MAX)),
        field("serve", &PrincipalEntry::serve, items(0, 100, length(1, 32, Format::word))),
        field("call", &PrincipalEntry::call, kPatterns),
        field("publish", &PrincipalEntry::publish, kPatterns),
        field("routes", &PrincipalEntry::routes, kPatterns),
        field("hear", &PrincipalEntry::hear, items(0, 2)),
        field("operations", &PrincipalEntry::operations), field("broker", &PrincipalEntry::broker),
        field("inflight_max", &PrincipalEntry::inflight_max, between(0, 65'536)),
        field("requests_per_second", &PrincipalEntry::requests_per_second, between(0, 1'000'000)));
  }
};

const char* pattern_fault(std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star != std::string_view::npos && star + 1 != pattern.size()) return "may have a * only last";
  if (pattern.find(' ') != std::string_view::npos) return "may not have a space";
  return nullptr;
}

const char* route_fault(std::string_view route) {
  if (!route.starts_with('/')) return "must begin with /";
  return pattern_fault(route);
}

const char* topic_fault(std::string_view topic) {
  if (topic.find('*') != std::string_view::npos) return "is a prefix as it stands, without a *";
  return pattern_fault(topic);
}

// Reads section by section, and remembers who holds what may be held once.
class Table {
 public:
  void add(const toml_file::Section& section) {
    if (!section.name.starts_with(kSectionPrefix)) {
      faults_.push_back(section.where + ": unknown section [" + section.name +
                        "]; each one is a [principal.<name>]");
      return;
    }
    const auto name = section.name.substr(kSectionPrefix.size());
    if (const char* fault = string_fault(name, length(1, 64, Format::word))) {
      faults_.push_back(section.where + ": the principal's name " + fault);
      return;
    }
    const auto values =
        merged(schema_of<PrincipalEntry>(), encode(PrincipalEntry{}), section.entries, faults_);
    auto entry = decode<PrincipalEntry>(values);
    if (!entry) {
      for (const auto& field : entry.error().fields) {
        faults_.push_back(fault_line(field, section.where, section.entries));
      }
      return;
    }
    check(section, "call", entry->call, pattern_fault);
    check(section, "publish", entry->publish, topic_fault);
    check(section, "routes", entry->routes, route_fault);
    hold(section, "number " + std::to_string(entry->number));
    for (const auto& route : entry->routes) hold(section, "route " + route);
    rules_.push_back({name, entry->number, std::move(entry->serve), std::move(entry->call),
                      std::move(entry->publish), std::move(entry->routes), std::move(entry->hear),
                      entry->operations, entry->broker, entry->inflight_max,
                      entry->requests_per_second});
  }

  Result<std::vector<AccessRule>> take() {
    if (!faults_.empty()) return toml_file::refusal(faults_);
    return std::move(rules_);
  }

 private:
  static const std::string& where(const toml_file::Section& section, std::string_view key) {
    for (const auto& entry : section.entries) {
      if (entry.key == key) return entry.where;
    }
    return section.where;
  }

  void check(const toml_file::Section& section, std::string_view key,
             const std::vector<std::string>& words, const char* (*fault_of)(std::string_view)) {
    for (const auto& word : words) {
      if (const char* fault = fault_of(word)) {
        faults_.push_back(where(section, key) + ": \"" + word + "\" " + fault);
      }
    }
  }

  void hold(const toml_file::Section& section, const std::string& what) {
    const auto [held, is_new] = holders_.emplace(what, section.name);
    if (is_new) return;
    const bool is_number = what.starts_with("number ");
    faults_.push_back(where(section, is_number ? "number" : "routes") + ": " + what +
                      " is held by [" + held->second + "] already");
  }

  std::vector<AccessRule> rules_;
  std::vector<std::string> faults_;
  std::map<std::string, std::string> holders_;
};

Result<std::vector<AccessRule>> rules_of(const Result<std::vector<toml_file::Section>>& sections) {
  if (!sections) return sections.error();
  Table table;
  for (const auto& section : *sections) table.add(section);
  return table.take();
}

}  // namespace

bool AccessRule::hears(Stream stream) const {
  return std::ranges::find(hear, stream) != hear.end();
}

Result<std::vector<AccessRule>> load_access(const std::string& path) {
  return rules_of(toml_file::read(path));
}

Result<std::vector<AccessRule>> parse_access(std::string_view text, std::string_view source) {
  return rules_of(toml_file::parse(text, source));
}

bool matches(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, name); });
}

}  // namespace bilten
