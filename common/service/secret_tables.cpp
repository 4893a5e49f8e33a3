#include "common/service/secret_tables.h"

#include "common/crypto/secret_text.h"
#include "common/process/settings.h"

namespace bilten {
namespace {

constexpr size_t kFileMax = 1 << 20;

// The parser's own words may quote what it stumbled over.
Error not_toml(const Error& error, const std::string& path) {
  const auto end = error.detail.find(": ", path.size());
  return toml_file::refusal({error.detail.substr(0, end) + ": this is not TOML"});
}

}  // namespace

Result<std::vector<SecretTable>> load_secret_tables(
    const std::string& path, const Schema& schema, const std::string& defaults,
    const std::function<Status(std::string_view packed)>& check) {
  const auto text = crypto::load_secret_text(path, kFileMax);
  if (!text) return text.error();
  const auto sections = toml_file::parse(*text, path);
  if (!sections) return not_toml(sections.error(), path);
  std::vector<SecretTable> tables;
  std::vector<std::string> faults;
  for (const auto& section : *sections) {
    if (section.name.empty()) {
      if (section.entries.empty()) continue;
      faults.push_back(section.entries.front().where + ": stands above every [table]");
      continue;
    }
    tables.push_back(
        {section.name, section.where, merged(schema, defaults, section.entries, faults)});
    const auto fits = check(tables.back().packed);
    if (fits) continue;
    for (const auto& field : fits.error().fields) {
      faults.push_back(fault_line(field, section.where, section.entries));
    }
  }
  if (!faults.empty()) return toml_file::refusal(faults);
  return tables;
}

}  // namespace bilten
